"""Lexical views on disk, each in a folder named by the texts that it was learned from, beside what was made with it.

::

    <texts>/view/      vocabulary and projection, see `LexicalView.save`
    <texts>/keys.npy   the hash of each text that it was learned from
    <texts>/rows/      all views of corpora side by side, the last of which it made; see `EmbeddingStore`

A vocabulary holds words of all its texts, so it goes with the first of them that is removed. What is damaged is removed
and made again.
"""

import hashlib
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from gst_core.atomic_files import atomic_folder, is_temporary, remove, save_array, written
from gst_core.encoding.lexical_learning import learn_lexical_view
from gst_core.encoding.lexical_view import LexicalView, with_lexical_view
from gst_core.encoding.store import EmbeddingStore
from gst_core.encoding.text_keys import KEY_BYTES, text_keys
from gst_core.errors import TransformError

if TYPE_CHECKING:
    from gst_core.compute import Embeddings

log = logging.getLogger(__name__)

VIEW, KEYS, ROWS = "view", "keys.npy", "rows"
LEAST_KNOWN = 0.5  # of a corpus' texts: of more new ones the words have to be learned


@dataclass(frozen=True)
class LexicalStore:
    """Lexical views kept in a folder.

    Parameters
    ----------
    folder : Path
        Made when something is kept.
    """

    folder: Path

    def all_views(
        self, texts: Sequence[str], encoded: "Embeddings", identity: str = "", *, grown: bool = False
    ) -> "Embeddings":
        """Return all views of a corpus: those that are given, and the lexical one behind them.

        Parameters
        ----------
        texts : sequence of str, length n
        encoded : Embeddings
            Of the texts.
        identity : str
            Tells these embeddings from other ones of the texts; without it the matrix is not kept.
        grown : bool
            Whether texts may have been added to the corpus: then the view that was learned from it before goes on, as
            long as it was learned from at least half of the texts.

        Returns
        -------
        Embeddings
            Where the matrix is kept it is read-only, and memory-mapped when the texts are many. Those that are given
            where the texts have too few words in common.

        Raises
        ------
        WorkspaceError
            Something cannot be written.
        """
        keys = text_keys(texts)
        known = self._known(set(keys.tolist()), grown=grown) or self._learned(texts, set(keys.tolist()))
        if known is None:
            return encoded
        folder, view = known
        if not identity:
            return with_lexical_view(encoded, texts, view)
        rows, name = EmbeddingStore(folder / ROWS), f"{view.identity}-{identity}"
        matrix = rows.matrix(name, keys)
        if matrix is None:
            whole = with_lexical_view(encoded, texts, view)
            rows.keep_matrix(name, keys, whole.matrix)
            matrix = rows.matrix(name, keys)
            if matrix is None:  # it went with a text that was removed meanwhile
                return whole
        return replace(encoded, matrix=matrix, widths=(*encoded.widths, view.width), lexical=view)

    def remove_texts(self, gone: Callable[[bytes], bool]) -> None:
        """Remove every view that knows words of one of some texts, and every matrix with a row of one.

        Parameters
        ----------
        gone : callable
            Says of a text's key whether it goes.

        Raises
        ------
        WorkspaceError
            A file cannot be removed.
        """
        for folder in self._folders():
            with written(folder):
                keys = self._keys(folder)
                if not keys or any(map(gone, keys)):
                    remove(folder)
                elif EmbeddingStore(folder / ROWS).holds(gone):
                    remove(folder / ROWS)

    def _known(self, keys: set[bytes], *, grown: bool) -> tuple[Path, LexicalView] | None:
        """Return the folder and the view that was learned from these texts, or if `grown` from most of them."""
        for folder in [self._folder(keys), *(self._of_fewer(keys) if grown else ())]:
            if folder.is_dir():
                try:
                    return folder, LexicalView.load(folder / VIEW)
                except TransformError as error:
                    log.warning("%s It is made again.", error)
                    with suppress(OSError):
                        remove(folder)
        return None

    def _of_fewer(self, keys: set[bytes]) -> list[Path]:
        """Return the folders of views that were learned from enough of these texts and from no other, best first."""
        found = [(len(known), folder) for folder in self._folders() if (known := self._keys(folder)) and known <= keys]
        return [folder for count, folder in sorted(found, reverse=True) if count >= LEAST_KNOWN * len(keys)]

    def _learned(self, texts: Sequence[str], keys: set[bytes]) -> tuple[Path, LexicalView] | None:
        view = learn_lexical_view(texts)
        if view is None:
            return None
        folder = self._folder(keys)
        with atomic_folder(folder) as temporary:
            view.save(temporary / VIEW)
            save_array(temporary / KEYS, np.frombuffer(b"".join(sorted(keys)), dtype=np.uint8))
        return folder, view

    def _folders(self) -> Iterator[Path]:
        return (folder for folder in self.folder.glob("*") if not is_temporary(folder))

    def _folder(self, keys: set[bytes]) -> Path:
        return self.folder / _digest(b"".join(sorted(keys)))

    def _keys(self, folder: Path) -> set[bytes]:
        """Return the keys of the texts that a view was learned from; none where they are damaged."""
        try:
            content = np.load(folder / KEYS, allow_pickle=False).tobytes()
        except (OSError, EOFError, SyntaxError, TypeError, ValueError):
            return set()
        if _digest(content) != folder.name:
            return set()
        return {content[i : i + KEY_BYTES] for i in range(0, len(content), KEY_BYTES)}


def _digest(keys: bytes) -> str:
    return hashlib.sha256(keys).hexdigest()[:32]
