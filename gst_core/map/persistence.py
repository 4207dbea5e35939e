"""Settled maps on disk, one for each lens: positions, clusters and the transform that they were drawn from.

Everything here can be recomputed. A map is one folder named after what it was made of, so that a map of other labels
or of another encoder is never taken for the right one.
"""

import hashlib
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gst_core.atomic_files import atomic_folder, save_arrays
from gst_core.compute import Embeddings
from gst_core.errors import GstError
from gst_core.map.frame import Frame
from gst_core.workspace import MapFiles, settled_maps

FORMAT = "5"  # raised when the transform or the layout changes so that old maps no longer fit


def map_key(
    embeddings_identity: str,
    labels: Mapping[str, str],
    classes: Sequence[str] = (),
    instruction: str = "",
    weights: Mapping[str, float] | None = None,
) -> str:
    """Return the name of a map: of these embeddings, labels (document id to class), class names and instruction.

    `weights` are those of documents whose label does not weigh 1.
    """
    digest = hashlib.sha256(f"{FORMAT}\0{embeddings_identity}".encode())
    for document, class_name in sorted(labels.items()):
        digest.update(f"\0{document}\1{class_name}".encode("utf-8", "surrogatepass"))
    for word in (instruction, *sorted(classes)) if labels else ():
        digest.update(f"\2{word}".encode("utf-8", "surrogatepass"))
    for document, weight in sorted((weights or {}).items()):
        digest.update(f"\3{document}\1{weight:.6g}".encode("utf-8", "surrogatepass"))
    return digest.hexdigest()[:32]


def save_map(folder: Path, key: str, frame: Frame) -> None:
    """Keep a final frame as the lens' only map."""
    assert frame.clusters is not None
    with atomic_folder(folder / key) as temporary:
        files = MapFiles(temporary)
        save_arrays(files.arrays, positions=frame.positions, clusters=frame.clusters)
        if frame.transform is not None:
            frame.transform.save(files.transform)
    for other in folder.iterdir():
        if other.name != key:
            shutil.rmtree(other, ignore_errors=True)


def load_map(folder: Path, embeddings: Embeddings) -> tuple[str, Frame] | None:
    """Read the lens' map and its key.

    Parameters
    ----------
    folder : Path
        The lens' map folder.
    embeddings : Embeddings
        The corpus' generic ones, which the instruction-following ones are made of again.

    Returns
    -------
    tuple of str and Frame, or None
        None when there is no map, or one that cannot be read or does not fit the embeddings.
    """
    kept = settled_maps(folder)
    if not kept:
        return None
    latest = kept[-1]
    try:
        with np.load(latest.arrays) as arrays:
            positions, clusters = arrays["positions"], arrays["clusters"]
        if positions.shape != (len(embeddings), 2) or clusters.shape != (len(embeddings),):
            return None
        return latest.key, _frame(latest, embeddings, positions, clusters)
    except (OSError, ValueError, KeyError, GstError):
        return None


def _frame(
    files: MapFiles,
    embeddings: Embeddings,
    positions: NDArray[np.float32],
    clusters: NDArray[np.int32],
) -> Frame:
    if not files.transform.is_dir():
        return Frame(positions, clusters, "clusters", 0.0, True, embeddings.first)
    from gst_core.transform import GuidedSpaceTransform, class_name  # heavy, and a page asks for keys

    transform = GuidedSpaceTransform.load(files.transform)
    names = tuple(class_name(c) for c in transform.classes_.tolist())
    embedding, probabilities = transform.transform_and_predict_proba(embeddings.matrix)
    return Frame(positions, clusters, "clusters", 0.0, True, embedding, probabilities, names, transform)
