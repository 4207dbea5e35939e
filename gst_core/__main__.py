"""`python -m gst_core`: the product without a browser."""

import sys

from gst_core.cli.main import main

sys.exit(main())
