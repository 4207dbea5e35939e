from .estimator import GuidedSpaceTransform as GuidedSpaceTransform
from .name_prior import name_scores as name_scores
from .validation import check_labels as check_labels
