"""Where the default workspace is; imports nothing, because it is asked before threads are bounded."""

import os
from pathlib import Path

DEFAULT_FOLDER = Path("data") / "workspace"


def workspace_folder() -> Path:
    """Return the folder of the default workspace: ``GST_WORKSPACE``, or ``data/workspace``."""
    return Path(os.environ.get("GST_WORKSPACE") or DEFAULT_FOLDER).expanduser()
