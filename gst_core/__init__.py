"""GST Studio's core: steer a text map with words and a few labels."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from gst_core.compute.vectors import Embeddings
    from gst_core.corpus.corpus import Corpus, read_corpus
    from gst_core.encoding.embeddings import encode
    from gst_core.encoding.encoders import view_widths
    from gst_core.errors import (
        AnnotationError,
        Cancelled,
        CorpusError,
        EncoderError,
        GstError,
        TransformError,
        WorkspaceError,
    )
    from gst_core.map.frame import Frame
    from gst_core.map.reforming import reform
    from gst_core.transform import GuidedSpaceTransform
    from gst_core.workspace.cached_views import default_views, encode_class_names
    from gst_core.workspace.workspace import Workspace

_HOMES = {
    "Corpus": "corpus.corpus",
    "read_corpus": "corpus.corpus",
    "Embeddings": "compute.vectors",
    "encode": "encoding.embeddings",
    "default_views": "workspace.cached_views",
    "encode_class_names": "workspace.cached_views",
    "view_widths": "encoding.encoders",
    "GuidedSpaceTransform": "transform",
    "reform": "map.reforming",
    "Frame": "map.frame",
    "Workspace": "workspace.workspace",
    "AnnotationError": "errors",
    "Cancelled": "errors",
    "CorpusError": "errors",
    "EncoderError": "errors",
    "GstError": "errors",
    "TransformError": "errors",
    "WorkspaceError": "errors",
}

__all__ = [
    "AnnotationError",
    "Cancelled",
    "Corpus",
    "CorpusError",
    "Embeddings",
    "EncoderError",
    "Frame",
    "GstError",
    "GuidedSpaceTransform",
    "TransformError",
    "Workspace",
    "WorkspaceError",
    "default_views",
    "encode",
    "encode_class_names",
    "read_corpus",
    "reform",
    "view_widths",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - any of the public names
    """Import a public name when it is first used, so that a command line that needs one waits for no other."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
