"""What a file says: a corpus of documents, the tables it is read from, and which columns they have."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
