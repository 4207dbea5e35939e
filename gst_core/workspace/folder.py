"""What lies where in a workspace's folder. No other module knows; they ask `WorkspaceFiles`.

Nothing but the standard library is imported, as the place of compiled code is asked for before anything numeric loads.

::

    workspace.sqlite                   what people typed: corpora, lenses, classes, labels and their steps, proposals,
                                       runs; in WAL mode, so that -wal and -shm lie beside it while it is open
    answers.sqlite                     what LLMs answered, see `gst_core.workspace.answers`
    workspace.damaged-<time>.sqlite    a damaged one that was set aside; so with answers.sqlite
    corpora/<corpus>.parquet           the rows of a corpus' file without their texts
    corpora/<corpus>.documents.parquet its documents, and the embeddings that came with them
    embeddings/<encoder>/              the views of texts, see `gst_core.encoding.store`
    lexical/<texts>/                   lexical views of corpora, see `gst_core.encoding.lexical_store`
    class_names/<encoder>/             the embeddings of class names, in the same way
    maps/<lens>/<key>/map.npz          positions and clusters of a settled map
    maps/<lens>/<key>/transform/       the transform that it was drawn from, unless the lens has no label
    numba/                             compiled code, and files that say for which versions it is complete
    page/                              what the page serves from an installed package, see `gst_core.installation`

The files of a corpus that was replaced have another name each time: ``<corpus>~<version>.parquet``. ``<lens>`` is
``generic-<corpus>`` for the map of a corpus without a lens. Whatever begins with a dot is not finished, see
`gst_core.atomic_files`. All but the two databases and ``corpora/`` can be computed again.
"""

from dataclasses import dataclass
from pathlib import Path

from gst_core.atomic_files import is_temporary

ROWS, VERSION = ".parquet", "~"
DOCUMENTS = f".documents{ROWS}"
GENERIC = "generic-"


def _versioned(corpus_id: str, version: str) -> str:
    return f"{corpus_id}{VERSION}{version}" if version else corpus_id


def generic_map(corpus_id: str) -> str:
    """Return the name under which a corpus' generic map is kept, in the place of a lens' id."""
    return f"{GENERIC}{corpus_id}"


@dataclass(frozen=True)
class WorkspaceFiles:
    """Where a workspace's files are; nothing is opened or created.

    Parameters
    ----------
    folder : Path

    Examples
    --------
    >>> files = WorkspaceFiles(Path("data/workspace"))
    >>> files.maps("a1b2").as_posix()
    'data/workspace/maps/a1b2'
    """

    folder: Path

    @property
    def database(self) -> Path:
        """What people typed."""
        return self.folder / "workspace.sqlite"

    @property
    def answers(self) -> Path:
        """What LLMs answered."""
        return self.folder / "answers.sqlite"

    @property
    def embeddings(self) -> Path:
        """The folder of the store of embeddings."""
        return self.folder / "embeddings"

    @property
    def lexical(self) -> Path:
        """The folder of the store of lexical views."""
        return self.folder / "lexical"

    @property
    def class_names(self) -> Path:
        """The folder of the store of class names' embeddings."""
        return self.folder / "class_names"

    @property
    def compiled_code(self) -> Path:
        """The folder of numba's compiled code."""
        return self.folder / "numba"

    @property
    def corpora(self) -> Path:
        """The folder of the corpora's files."""
        return self.folder / "corpora"

    def corpus_rows(self, corpus_id: str, version: str = "") -> Path:
        """Return the file of a corpus' rows."""
        return self.corpora / f"{_versioned(corpus_id, version)}{ROWS}"

    def corpus_documents(self, corpus_id: str, version: str = "") -> Path:
        """Return the file of a corpus' documents."""
        return self.corpora / f"{_versioned(corpus_id, version)}{DOCUMENTS}"

    def has_corpus(self, corpus_id: str, version: str = "") -> bool:
        """Say whether both files of a corpus are there."""
        return self.corpus_rows(corpus_id, version).is_file() and self.corpus_documents(corpus_id, version).is_file()

    @property
    def all_maps(self) -> Path:
        """The folder of all lenses' maps."""
        return self.folder / "maps"

    def corpus_files(self) -> list[Path]:
        """Return the files of all corpora, the one written last first."""
        files = [file for file in self.corpora.glob(f"*{ROWS}") if not is_temporary(file)]
        return sorted(files, key=lambda file: file.stat().st_mtime, reverse=True)

    def corpus_of(self, file: Path) -> tuple[str, str]:
        """Return id and version of the corpus that a file is of."""
        corpus_id, _, version = file.name.removesuffix(ROWS).removesuffix(".documents").partition(VERSION)
        return corpus_id, version

    def lenses_with_maps(self) -> list[str]:
        """Return the lenses, and the names of corpora's generic maps, that have a folder of maps."""
        return [folder.name for folder in self.all_maps.glob("*") if not is_temporary(folder)]

    def maps(self, lens_id: str) -> Path:
        """Return the folder of a lens' settled maps, see `MapFiles`."""
        return self.all_maps / lens_id


@dataclass(frozen=True)
class MapFiles:
    """Where the files of one settled map are, in the folder that is named after its key."""

    folder: Path

    @property
    def key(self) -> str:
        """What the map was made of."""
        return self.folder.name

    @property
    def arrays(self) -> Path:
        """Positions and clusters."""
        return self.folder / "map.npz"

    @property
    def transform(self) -> Path:
        """The folder of the transform; not there for a map without labels."""
        return self.folder / "transform"


def settled_maps(maps: Path) -> list[MapFiles]:
    """Return the maps in a lens' folder, oldest first; what a crash left half-written is none."""
    found = [MapFiles(folder) for folder in maps.glob("*") if not is_temporary(folder)]
    return sorted((one for one in found if one.arrays.is_file()), key=lambda one: one.folder.stat().st_mtime)
