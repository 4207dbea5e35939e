from .compute.vectors import Embeddings as Embeddings
from .corpus.corpus import Corpus as Corpus
from .corpus.corpus import read_corpus as read_corpus
from .encoding.embeddings import encode as encode
from .encoding.encoders import view_widths as view_widths
from .errors import AnnotationError as AnnotationError
from .errors import Cancelled as Cancelled
from .errors import CorpusError as CorpusError
from .errors import EncoderError as EncoderError
from .errors import GstError as GstError
from .errors import TransformError as TransformError
from .errors import WorkspaceError as WorkspaceError
from .map.frame import Frame as Frame
from .map.reforming import reform as reform
from .transform.estimator import GuidedSpaceTransform as GuidedSpaceTransform
from .workspace.cached_views import default_views as default_views
from .workspace.cached_views import encode_class_names as encode_class_names
from .workspace.workspace import Workspace as Workspace

__version__: str
