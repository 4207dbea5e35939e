"""Typed errors: every message says what is wrong, where, and what to do about it.

Pages and the command line show ``str(error)`` as it is, so a message is one or two plain sentences for an analyst.
"""


class GstError(Exception):
    """Anything the product refuses to do, with a sentence for the person who asked."""


class CorpusError(GstError):
    """A file cannot become a corpus, or precomputed embeddings do not fit it."""


class EncoderError(GstError):
    """An encoder cannot be had, is damaged, or cannot encode the texts."""


class TransformError(GstError, ValueError):
    """Embeddings, labels or a saved folder cannot be used by the transform.

    It is a ``ValueError`` too, as scikit-learn's callers expect from an estimator.
    """


class WorkspaceError(GstError):
    """Something in the workspace is missing, damaged or not allowed."""


class AnnotationError(GstError):
    """A language model cannot be asked, its answers cannot be used, or a label set cannot be made."""


class SearchError(GstError):
    """What somebody searches for cannot be understood, or takes too long to find."""


class Cancelled(GstError):  # noqa: N818 - it is not an error of anybody's
    """The work was stopped because someone asked for it."""


def unexpected(work: str, error: Exception) -> str:
    """Say that some work failed in a way that nobody foresaw."""
    return f"{work} stopped unexpectedly ({type(error).__name__}: {error}). Try again; nothing that you typed is lost."
