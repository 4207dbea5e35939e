"""The files that a browser gets: the map's modules and the plotly package's own script."""

import hashlib
import os
import shutil
from functools import cache
from pathlib import Path

import plotly

HERE = Path(__file__).parent
PLOTLY = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
NOT_SERVED = "The map's script could not be loaded. Reload the page; a proxy has to hand on what is under app/static."
PLOTLY_NAME = f"plotly-{plotly.__version__}.min.js"


def serve_assets(static: Path) -> None:
    """Put what browsers load into the folder that Streamlit serves at ``app/static``.

    Each thing carries its version or a hash of its contents in its name, so that no browser takes an old one from its
    cache. A module names another one by a relative path, so the folder's name is enough for all of them.

    Parameters
    ----------
    static : Path
        The folder ``static`` beside the app's script; it is made if need be.
    """
    static.mkdir(exist_ok=True)
    _serve_plotly(static / PLOTLY_NAME)
    _serve_modules(static / modules_folder())


def modules() -> list[Path]:
    """Return the map's modules."""
    return sorted(HERE.glob("*.js"))


@cache
def modules_folder() -> str:
    """Return the name of the folder that the modules are served from, which tells their contents."""
    digest = hashlib.sha256()
    for module in modules():
        digest.update(module.name.encode() + b"\0" + module.read_bytes() + b"\0")
    return f"map-{digest.hexdigest()[:12]}"


def entry_script(module: str, base_path: str) -> str:
    """Return a script that Streamlit can mount as a component: it hands on what a served module exports.

    Streamlit loads a component's script from memory, where relative imports lead nowhere. What lies beside Streamlit's
    own script is found behind a proxy that serves the page from another path, too.

    Parameters
    ----------
    module : str
        The module's file name.
    base_path : str
        Streamlit's setting ``server.baseUrlPath``.
    """
    base = "/".join(("", *filter(None, base_path.split("/")), ""))
    return f"""const own = document.querySelector('script[type="module"][src*="static/js/"]')?.src;
const base = own ? own.slice(0, own.lastIndexOf("static/js/")) : new URL("{base}", window.location.origin).href;
let module;
try {{
  module = await import(`${{base}}app/static/{modules_folder()}/{module}`);
}} catch {{
  const say = ({{ parentElement }}) => parentElement.querySelector(".gst-map")?.replaceChildren("{NOT_SERVED}");
  module = {{ default: say }};
}}
export default module.default;
"""


def _serve_plotly(target: Path) -> None:
    if target.is_file() and target.stat().st_size == PLOTLY.stat().st_size:
        return
    temporary = target.with_suffix(f".{os.getpid()}")
    shutil.copyfile(PLOTLY, temporary)
    temporary.replace(target)


def _serve_modules(target: Path) -> None:
    if all((target / module.name).is_file() for module in modules()):
        return
    temporary = target.with_suffix(f".{os.getpid()}")
    temporary.mkdir(exist_ok=True)
    for module in modules():
        shutil.copyfile(module, temporary / module.name)
    shutil.rmtree(target, ignore_errors=True)
    try:
        temporary.rename(target)
    except OSError:  # another server was faster
        shutil.rmtree(temporary)
