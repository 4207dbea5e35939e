"""The files that a browser gets: the map's modules and the plotly package's own script."""

import filecmp
import hashlib
import shutil
from functools import cache
from pathlib import Path

import plotly

from gst_core.atomic_files import atomic_file, atomic_folder

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
    if not _same(target, PLOTLY):
        with atomic_file(target) as file, PLOTLY.open("rb") as source:
            shutil.copyfileobj(source, file)


def _serve_modules(target: Path) -> None:
    if not all(_same(target / module.name, module) for module in modules()):
        with atomic_folder(target) as folder:
            for module in modules():
                shutil.copyfile(module, folder / module.name)


def _same(served: Path, source: Path) -> bool:
    """Say whether what is served is what it should be, not damaged say."""
    return served.is_file() and filecmp.cmp(served, source, shallow=False)
