from .estimator import GuidedSpaceTransform as GuidedSpaceTransform
from .name_prior import name_scores as name_scores
from .parameters import seed_of as seed_of
from .validation import check_labels as check_labels
from .validation import class_name as class_name
