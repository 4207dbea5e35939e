"""The guided space transformation: labels for a few texts reshape the generic embeddings of all of them."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gst_core.transform.estimator import GuidedSpaceTransform

__all__ = ["GuidedSpaceTransform"]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - a module's attribute may be anything
    """Import the estimator when it is first asked for: it loads PyTorch and scikit-learn, which take seconds."""
    if name != "GuidedSpaceTransform":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from gst_core.transform.estimator import GuidedSpaceTransform

    return GuidedSpaceTransform
