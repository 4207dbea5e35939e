"""From an embedding to frames: graph, layout, landmarks, clusters and their names, saved maps."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
