"""What is on disk: SQLite for what people typed, files for what can be recomputed.

What others use of it is found here by name and imported when it is first asked for, because the place of the files is
asked for before anything numeric is loaded.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
