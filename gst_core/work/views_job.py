"""The background work that sets the lexical view of a corpus behind its other views."""

import logging
import threading
from typing import TYPE_CHECKING

from gst_core.errors import GstError
from gst_core.work.encoding_job import keep_nothing_of_what_is_gone

if TYPE_CHECKING:
    from gst_core.compute import Embeddings
    from gst_core.corpus import Corpus
    from gst_core.workspace import Workspace

log = logging.getLogger(__name__)


class ViewsJob:
    """Makes all views of one corpus in a thread of its own; the generic map, which shows the first, waits for none.

    Parameters
    ----------
    corpus : Corpus
    embeddings : Embeddings
        What is there already: the encoder's views, or the embeddings that came with the corpus.
    identity : str
        Tells these embeddings of the texts from other ones.
    workspace : Workspace
    corpus_id : str
        The corpus in the workspace: should that be deleted meanwhile, nothing is kept.
    """

    def __init__(
        self, corpus: "Corpus", embeddings: "Embeddings", identity: str, workspace: "Workspace", corpus_id: str
    ) -> None:
        self._corpus, self._identity, self._workspace, self._corpus_id = corpus, identity, workspace, corpus_id
        self._embeddings = embeddings
        self._thread = threading.Thread(target=self._run, name="views", daemon=True)
        self._thread.start()

    @property
    def running(self) -> bool:
        """Whether its thread works."""
        return self._thread.is_alive()

    def join(self, seconds: float) -> None:
        """Wait until the thread has ended, at most so many seconds."""
        self._thread.join(seconds)

    def wait(self) -> "Embeddings":
        """Return all views when they are there; without the lexical one where it cannot be made, as it is a help."""
        self._thread.join()
        return self._embeddings

    def _run(self) -> None:
        store = self._workspace.lexical
        try:
            self._embeddings = store.all_views(self._corpus.texts, self._embeddings, self._identity, grown=True)
        except GstError as error:
            log.warning("the lexical view is not used: %s", error)
        except Exception:
            log.exception("the lexical view is not used")
        finally:
            keep_nothing_of_what_is_gone(self._workspace, self._corpus_id, self._corpus.texts)
