"""The threads behind the pages: one worker per lens, where the latest request wins.

A page imports these modules before it draws anything, so they import nothing heavy (torch, scikit-learn, faiss, pandas,
numba): what a worker computes with is imported by the function that the worker runs.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
