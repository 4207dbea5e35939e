"""The guided space transformation: labels for a few texts reshape the generic embeddings of all of them."""

from gst_core.transform.estimator import GuidedSpaceTransform

__all__ = ["GuidedSpaceTransform"]
