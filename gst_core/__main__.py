"""`python -m gst_core`: the same as `gst-studio`."""

import sys

from gst_core.cli.main import main

sys.exit(main())
