"""Texts become cached views: encoders, batches, the store on disk, layer views and class names.

What others use of it is found here by name and imported when it is first asked for, because some of it loads torch.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
