"""Texts become cached views: encoders, batches, the store on disk, layer views and class names.

What others use of it is found here by name and imported when it is first asked for, because some of it loads torch.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from gst_core.encoding.names import DEFAULT_ENCODER

if TYPE_CHECKING:
    from gst_core.encoding.embeddings import EncodingProgress, encode
    from gst_core.encoding.encoders import encoder_identity, load_encoder, view_widths
    from gst_core.encoding.store import EmbeddingStore

_HOMES = {
    "EncodingProgress": "embeddings",
    "encode": "embeddings",
    "encoder_identity": "encoders",
    "load_encoder": "encoders",
    "view_widths": "encoders",
    "EmbeddingStore": "store",
}

__all__ = [
    "DEFAULT_ENCODER",
    "EmbeddingStore",
    "EncodingProgress",
    "encode",
    "encoder_identity",
    "load_encoder",
    "view_widths",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - any of the public names
    """Import a public name when it is first used."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
