"""Where this installation has its own files, and where the workspace is; nothing heavy is imported.

In a checkout, app.py, pages/ and data/ lie beside ``gst_core/``; in an installed package they lie in ``gst_core/app/``,
in the same order, and nothing is ever written there.
"""

import os
import sys
from pathlib import Path

from gst_core.errors import WorkspaceError

PACKAGE = Path(__file__).parent
INSTALLED_APP = PACKAGE / "app"
WORKSPACE_SETTING = "GST_WORKSPACE"
CORPUS_SETTING = "GST_CORPUS"  # the id of the corpus that the page opens first, for `gst-studio FILE`
PATHS_SETTING = "GST_PATHS"  # "on" or "off": whether the page opens files of its own computer by their paths


def is_installed() -> bool:
    """Say whether this is an installed package, not a checkout."""
    return INSTALLED_APP.is_dir()


def app_folder() -> Path:
    """Return the folder of app.py, pages/, data/ and .streamlit/."""
    return INSTALLED_APP if is_installed() else PACKAGE.parent


def workspace_folder() -> Path:
    """Return the folder of the default workspace.

    ``GST_WORKSPACE`` if it is set; else ``data/workspace`` in a checkout, and the person's own data folder, such as
    ``~/.local/share/gst-studio``, when the package is installed.

    Raises
    ------
    WorkspaceError
        It is in the home folder, and there is none.
    """
    try:
        if chosen := os.environ.get(WORKSPACE_SETTING):
            return Path(chosen).expanduser()
        return _user_data_folder() / "gst-studio" if is_installed() else app_folder() / "data" / "workspace"
    except RuntimeError as error:  # of pathlib, where nobody knows whose computer this is
        raise WorkspaceError(
            f"There is no home folder to keep a workspace in. Say where it is to be, in {WORKSPACE_SETTING}."
        ) from error


def page_folder() -> Path:
    """Return the folder that the page is served from, which Streamlit's ``static/`` has to lie in.

    That is the checkout itself; an installed package may be read-only, so its page is copied into the workspace.
    """
    return workspace_folder() / "page" if is_installed() else app_folder()


def _user_data_folder() -> Path:
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
