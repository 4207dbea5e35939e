"""The maps of lenses on disk, and where a map without one begins: called by the workers of maps."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from gst_core.errors import GstError
from gst_core.map import Frame, Grown, load_map, save_map, standing_map
from gst_core.work.map_job import MapJob
from gst_core.workspace import generic_map

if TYPE_CHECKING:
    from pathlib import Path

    from gst_core.compute import Embeddings
    from gst_core.work.map_job import KeyedFrame
    from gst_core.workspace import CorpusEntry, Workspace

GENERIC = ""  # in the place of a lens' id
LONGEST_LOAD = 60.0  # seconds that a worker waits for what a stored map knows


def save_of(workspace: "Workspace", entry: "CorpusEntry", lens_id: str, key: str, frame: Frame) -> None:
    """Save a map, unless its corpus or lens is gone."""
    with workspace.while_there(entry.id, None if lens_id == GENERIC else lens_id):
        folder = workspace.map_folder(generic_map(entry.id) if lens_id == GENERIC else lens_id)
        save_map(folder, key, frame, entry.origin)


def load_of(
    folder: "Path", views: "Callable[[], Embeddings]", grown: Grown, save: "Callable[[str, Frame], None]"
) -> "KeyedFrame | None":
    """Load a map, which may need all views; one that texts were placed on is saved with them. Called by its worker."""
    if not folder.is_dir():
        return None
    standing, found = standing_map(folder), load_map(folder, views(), grown)
    if standing is not None and found is not None and len(found[1].positions) != len(standing[0]):
        with suppress(GstError):  # the map is shown all the same, and its texts can be placed again
            save(*found)
    return found


def first_of(*loads: "Callable[[], KeyedFrame | None]") -> "KeyedFrame | None":
    """Return what the first load finds that finds anything."""
    return next((found for load in loads if (found := load()) is not None), None)


def where_it_will_stand(generic: MapJob) -> "KeyedFrame | None":
    """Return where the generic map stands when it is loaded; called by a lens' worker."""
    generic.wait_until_loaded(LONGEST_LOAD)
    return where_it_stands(generic)


def where_it_stands(generic: MapJob) -> "KeyedFrame | None":
    """Return where the generic map stands, for a lens without a map of its own to begin there."""
    key, now = generic.key, generic.state
    if now.frame is None:
        return None
    settled = now.frame.final and not now.running and not now.error
    return (key, now.frame) if settled else ("", replace(now.frame, final=False))
