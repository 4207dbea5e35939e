"""GST Studio's core: steer a text map with words and a few labels.

The public names are those of ``__init__.pyi``, here as in each room; each is imported when it is first asked for, so
that a command line that needs one waits for no other.
"""

import lazy_loader

__version__ = "0.1.0"

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
