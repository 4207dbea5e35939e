"""How good the embeddings are: metrics, dataset readers, baselines and the benchmark's table."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
