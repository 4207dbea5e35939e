"""Settled maps on disk, one for each lens: positions, clusters and the transform that they were drawn from.

Everything here can be recomputed. A map is one folder named after what it was made of, so that a map of other labels
or of another encoder is never taken for the right one. One of an earlier version has no condensed tree, and gets one of
its positions.
"""

import hashlib
import logging
import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from gst_core.atomic_files import atomic_folder, digest_of, is_temporary, remove, save_arrays
from gst_core.compute import Embeddings, check_embeddings
from gst_core.encoding import with_lexical_view
from gst_core.errors import GstError
from gst_core.map.condensed_tree import CondensedTree
from gst_core.map.frame import Frame, Later
from gst_core.workspace import MapFiles, settled_maps

if TYPE_CHECKING:
    from gst_core.transform import GuidedSpaceTransform

log = logging.getLogger(__name__)

FORMAT = "5"  # raised when the transform or the layout changes so that old maps no longer fit
TREE = "tree_"  # before the names of a tree's arrays


@dataclass(frozen=True, eq=False)
class Grown:
    """A corpus to which texts may have been added behind those that its maps are of.

    Attributes
    ----------
    texts : str
        Tells it from other corpora, and from itself before it was replaced; the same after an addition.
    read : sequence of str, length n
        All its texts.
    """

    texts: str
    read: Sequence[str]


def map_key(
    embeddings_identity: str,
    labels: Mapping[str, str],
    classes: Sequence[str] = (),
    instruction: str = "",
    weights: Mapping[str, float] | None = None,
    groups: Mapping[str, str] | None = None,
    descriptions: Mapping[str, Sequence[str]] | None = None,
    left_out: Sequence[str] = (),
) -> str:
    """Return the name of a map: of these embeddings, labels (document id to class), class names and instruction.

    Without labels and class names the map is the corpus' generic one, whatever the instruction says.

    `weights` are those of documents whose label does not weigh 1, `groups` the gestures of documents that were labelled
    together, `descriptions` what else says what the classes are, `left_out` what has no part in it.
    """
    digest = hashlib.sha256(f"{FORMAT}\0{embeddings_identity}".encode())
    for document, class_name in sorted(labels.items()):
        digest.update(f"\0{document}\1{class_name}".encode("utf-8", "surrogatepass"))
    for word in (instruction, *sorted(classes)) if labels or classes else ():
        digest.update(f"\2{word}".encode("utf-8", "surrogatepass"))
    for document, weight in sorted((weights or {}).items()):
        digest.update(f"\3{document}\1{weight:.6g}".encode("utf-8", "surrogatepass"))
    for document, gesture in sorted((groups or {}).items()):
        digest.update(f"\4{document}\1{gesture}".encode("utf-8", "surrogatepass"))
    for name, texts in sorted((descriptions or {}).items()):
        digest.update("\5".join((name, *texts)).encode("utf-8", "surrogatepass"))
    for one in left_out:
        digest.update(f"\6{one}".encode("utf-8", "surrogatepass"))
    return digest.hexdigest()[:32]


def save_map(folder: Path, key: str, frame: Frame, texts: str = "") -> None:
    """Keep a final frame as the lens' only map; `texts` tells the corpus, also when it has grown, from others.

    Raises
    ------
    WorkspaceError
        It cannot be written.
    """
    assert frame.clusters is not None
    if folder.exists() and not folder.is_dir():
        remove(folder)
    with atomic_folder(folder / key) as temporary:
        files = MapFiles(temporary)
        if frame.transform is not None:
            frame.transform.save(files.transform)
        save_arrays(
            files.arrays,
            positions=frame.positions,
            clusters=frame.clusters,
            key=np.array(key),
            texts=np.array(texts),
            later=np.array([-1] if frame.later is None else [frame.later.first, *frame.later.strange]),
            transform=np.array(_transform_digest(files)),
            **_tree_arrays(frame.tree),
        )
    for other in folder.iterdir():
        if other.name != key and not is_temporary(other):
            shutil.rmtree(other, ignore_errors=True)


def load_map(folder: Path, embeddings: Embeddings, grown: Grown | None = None) -> tuple[str, Frame] | None:
    """Read the lens' map and its key; one that is damaged is removed, as it can be made again.

    Texts that have come behind those of the map are placed on it, see `gst_core.map.placing`.

    Parameters
    ----------
    folder : Path
        The lens' map folder.
    embeddings : Embeddings
        The corpus' generic ones, which the instruction-following ones are made of again.
    grown : Grown, optional
        Without it a map of fewer texts is not of these embeddings.

    Returns
    -------
    tuple of str and Frame, or None
        None when there is no map, or one that cannot be read or does not fit the embeddings.
    """
    for files in reversed(settled_maps(folder)):
        try:
            return files.key, _read(files, embeddings, grown)
        except PermissionError as error:
            log.warning("a map cannot be read: %s", error)
        except (
            OSError,
            EOFError,
            KeyError,
            RuntimeError,
            SyntaxError,
            TypeError,
            ValueError,
            BadZipFile,
            GstError,
        ) as error:
            log.warning("the map in %s is damaged or not of this corpus, and is made again: %s", files.folder, error)
            with suppress(OSError):
                remove(files.folder)
    return None


def _read(files: MapFiles, embeddings: Embeddings, grown: Grown | None) -> Frame:
    """Read a map.

    Raises
    ------
    ValueError
        It is not what was saved, or not of these embeddings. Numpy, zipfile, safetensors and the transform say so with
        errors of their own.
    """
    with np.load(files.arrays, allow_pickle=False) as arrays:
        stored = {name: arrays[name] for name in arrays.files}
    positions, clusters = stored["positions"], stored["clusters"]
    n = len(positions)
    if positions.shape != (n, 2) or clusters.shape != (n,) or clusters.dtype.kind != "i" or not n:
        raise ValueError("its positions do not fit its clusters")
    if n != len(embeddings) and not _goes_on(stored, len(embeddings), grown):
        raise ValueError("it is of another number of texts")
    if not np.isfinite(positions).all():
        raise ValueError("positions are missing")
    if "key" in stored and (str(stored["key"]) != files.key or str(stored["transform"]) != _transform_digest(files)):
        raise ValueError("it was changed for another one")
    frame = _frame(files, embeddings, positions, clusters, grown)
    if not np.isfinite(frame.embedding).all():
        raise ValueError("its transform is damaged")
    tree = _tree(stored, n)
    if tree is None:
        from gst_core.map.clusters import cluster_tree  # heavy, and a page asks for keys

        tree = cluster_tree(positions, frame.transform is None, clusters)
    frame = replace(frame, tree=tree, later=_later(stored, n))
    if n == len(embeddings):
        return frame
    from gst_core.map.placing import with_later  # heavy, and a page asks for keys

    return with_later(frame)


def _tree_arrays(tree: CondensedTree | None) -> dict[str, NDArray[Any]]:
    """Return a tree's arrays by the names that they have on disk."""
    return {} if tree is None else {f"{TREE}{one.name}": getattr(tree, one.name) for one in fields(tree)}


def _tree(stored: Mapping[str, NDArray[Any]], n: int) -> CondensedTree | None:
    """Return the tree of a map; None in a map of an earlier version.

    Raises
    ------
    ValueError
        It is not what was saved.
    """
    if f"{TREE}node" not in stored:
        return None
    tree = CondensedTree(**{one.name: stored[f"{TREE}{one.name}"] for one in fields(CondensedTree)})
    m, nodes = len(tree.parent), np.arange(len(tree.parent))
    fits = (
        m > 0
        and tree.excess.shape == tree.size.shape == (m,)
        and tree.node.shape == (n,)
        and tree.parent[0] == -1
        and bool((tree.parent < nodes).all() and (tree.parent[1:] >= 0).all())
        and all(bool(((part >= 0) & (part < m)).all()) for part in (tree.node, tree.chosen))
    )
    if not fits:
        raise ValueError("its tree is damaged")
    return tree


def standing_map(folder: Path) -> tuple[NDArray[np.float32], NDArray[np.int32]] | None:
    """Return positions and clusters of a lens' map on disk, of as many texts as it was saved with; None without one."""
    for files in reversed(settled_maps(folder)):
        with suppress(OSError, EOFError, KeyError, ValueError, BadZipFile), np.load(files.arrays) as arrays:
            positions, clusters = arrays["positions"], arrays["clusters"]
            if positions.shape == (len(clusters), 2) and clusters.ndim == 1 and np.isfinite(positions).all():
                return positions, clusters
    return None


def _goes_on(stored: Mapping[str, NDArray[Any]], n: int, grown: Grown | None) -> bool:
    """Say whether a stored map is of the first of n texts; one of an earlier version does not say of which."""
    texts = str(stored["texts"]) if "texts" in stored else ""
    return grown is not None and len(stored["positions"]) < n and texts in ("", grown.texts)


def _later(stored: Mapping[str, NDArray[Any]], n: int) -> Later | None:
    """Return which of n texts were placed on a stored map when it stood."""
    first, *strange = stored["later"].tolist() if "later" in stored else [-1]
    if first < 0:
        return None
    if not all(first <= row < n for row in strange):
        raise ValueError("it names texts that are not there")
    return Later(first, np.array(strange, dtype=np.int64))


def _transform_digest(files: MapFiles) -> str:
    """Return a hash of the files of a map's transform; empty where it has none."""
    digests = []
    for file in sorted(files.transform.glob("*")):
        with file.open("rb") as opened:
            digests.append(f"{file.name}:{digest_of(opened)}")
    return " ".join(digests)


def _frame(
    files: MapFiles,
    embeddings: Embeddings,
    positions: NDArray[np.float32],
    clusters: NDArray[np.int32],
    grown: Grown | None,
) -> Frame:
    if not files.transform.is_dir():
        return Frame(positions, clusters, "clusters", 0.0, True, embeddings.first)
    from gst_core.transform import GuidedSpaceTransform, class_name  # heavy, and a page asks for keys

    transform = GuidedSpaceTransform.load(files.transform)
    names = tuple(class_name(c) for c in transform.classes_.tolist())
    embedding, probabilities = transform.transform_and_predict_proba(_views_of(transform, embeddings, grown))
    return Frame(positions, clusters, "clusters", 0.0, True, embedding, probabilities, names, transform)


def _views_of(transform: "GuidedSpaceTransform", embeddings: Embeddings, grown: Grown | None) -> Embeddings:
    """Return the views that a transform was fitted on; one of an earlier version knows no lexical view.

    Where a corpus has grown so much that its words were learned anew, the transform's own lexical view reads its texts.

    Raises
    ------
    ValueError
        Its lexical view is not that of the embeddings.
    """
    theirs, ours = transform.lexical_, embeddings.lexical
    if ours is not None and theirs is not None and ours.identity == theirs.identity:
        return embeddings
    without = embeddings
    if ours is not None:
        without = Embeddings(check_embeddings(embeddings.matrix[:, : -ours.width]), embeddings.widths[:-1])
    if theirs is None:
        return without
    if grown is None or len(grown.read) != len(embeddings):
        raise ValueError("its lexical view is another one")
    return with_lexical_view(without, grown.read, theirs)
