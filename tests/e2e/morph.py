"""A map of many documents whose label is clicked, watched from inside the page, frame by frame."""

import io
import time
from dataclasses import dataclass

import numpy as np
import pandas as pd
from playwright.sync_api import TimeoutError
from sklearn.cluster import MiniBatchKMeans

from gst_core.corpus import read_corpus
from gst_core.evaluation import made_up
from gst_core.evaluation.realtime import CLASSES, few
from gst_core.work import Jobs
from gst_core.workspace import Workspace
from tests.e2e.conftest import MAP, ask_map, click_point

PROBE = """() => {
  const map = MAP;
  const rows = Array.from({ length: 500 }, (_, i) => Math.floor((i * map.now.length) / 1000));
  const at = () => rows.flatMap((i) => [map.now[2 * i], map.now[2 * i + 1]]);
  const probe = { begun: performance.now(), start: at(), frames: [], beats: [], settled: 0, stop: false };
  window.gstProbe = probe;
  let last = probe.start.join();
  const beat = () => { probe.beats.push(performance.now()); if (!probe.stop) setTimeout(beat, 20); };
  const look = () => {
    const now = at();
    if (now.join() !== last) {
      last = now.join();
      probe.frames.push([performance.now(), now]);
    }
    const status = document.querySelector("[data-testid=map-status]");
    const labels = map.data.labelled.length;
    const still = status && !status.classList.contains("running") && !map.flying && labels > probe.labels;
    if (still && !probe.settled) probe.settled = performance.now();
    if (!probe.stop) requestAnimationFrame(look);
  };
  probe.labels = map.data.labelled.length;
  beat();
  requestAnimationFrame(look);
}""".replace("MAP", MAP)
FAR_ENOUGH = 0.05  # of a point's whole way: what an eye sees move


@dataclass(frozen=True)
class Morph:
    """What was seen of one label, in seconds from the key press.

    Attributes
    ----------
    first : float
        The first frame on the screen whose median point has moved.
    settled : float
        Nothing runs and nothing flies any more.
    rate : float
        Frames a second while points moved.
    longest_silence : float
        The longest time in which the page could not have answered.
    answered : float
        How long a word typed during the morph took to show its effect; 0 where none was typed.
    """

    first: float
    settled: float
    rate: float
    longest_silence: float
    answered: float


def make_workspace(folder, rows):
    """Make a workspace with one corpus of made-up embeddings, settled maps, and a lens with four labels per class."""
    rng = np.random.default_rng(0)
    X = made_up(rng, rows)
    themes = MiniBatchKMeans(CLASSES, random_state=0, n_init=1, batch_size=2048).fit_predict(X)
    words = np.array(["soup", "train", "room", "price", "garden", "doctor", "music", "letter", "window", "river"])
    texts = [f"{words[k]} {words[(i * 7) % 10]} number {i}" for i, k in enumerate(themes)]
    file = io.BytesIO(pd.DataFrame({"text": texts}).to_csv(index=False).encode())
    file.name = "many texts.csv"
    corpus = read_corpus(file, text="text", embeddings=X)
    workspace = Workspace(folder)
    entry = workspace.add_corpus(corpus)
    lens = workspace.add_lens(entry.id, "What is it about?", classes=[str(w) for w in words])
    labels = {corpus.ids[i]: str(words[themes[i]]) for i, y in enumerate(few(themes, 4)) if y is not None}
    workspace.set_labels(lens.id, labels)
    jobs = Jobs(workspace)
    jobs.reforming(entry.id).wait(300)
    jobs.reforming(entry.id, lens.id).wait(300)
    return len(labels)


def watch_a_label(page, class_number, type_a_word=False):
    """Click a suggested document, press a class' number key, and watch until the map has settled."""
    _select_a_suggestion(page)
    page.wait_for_timeout(1_000)
    page.evaluate(PROBE)
    page.keyboard.press(str(class_number))
    answered = _type_a_word(page) if type_a_word else 0.0
    page.wait_for_function("() => window.gstProbe.settled > 0", timeout=120_000)
    probe = page.evaluate("() => { window.gstProbe.stop = true; return window.gstProbe; }")
    return seen(probe, answered)


def _select_a_suggestion(page):
    """Click suggested documents until one is selected: a point may lie under a name or a tool of the map."""
    for row in ask_map(page, "map.data.suggested"):
        click_point(page, row)
        try:
            page.wait_for_selector(".gst-document", timeout=5_000)
        except TimeoutError:
            continue
        return
    raise AssertionError("no suggested document could be clicked")


def seen(probe, answered=0.0):
    begun, start = probe["begun"], np.array(probe["start"]).reshape(-1, 2)
    times = np.array([t for t, _ in probe["frames"]])
    places = [np.array(p).reshape(-1, 2) for _, p in probe["frames"]]
    way = np.linalg.norm(places[-1] - start, axis=1)
    gone = [np.median(np.linalg.norm(p - start, axis=1) / np.maximum(way, 1e-9)) for p in places]
    first = times[int(np.argmax(np.array(gone) >= FAR_ENOUGH))]
    gaps = np.diff(times)
    moving = gaps[gaps < 1000]  # longer ones are waits for the next map, not frames of a flight
    silence = max(np.diff([begun, *probe["beats"]]))
    return Morph(
        (first - begun) / 1000,
        (probe["settled"] - begun) / 1000,
        1000 / float(np.mean(moving)) if len(moving) else 0.0,
        silence / 1000,
        answered,
    )


def _type_a_word(page):
    """Search for a word while the map moves, and return the seconds until its hits are ringed."""
    page.wait_for_function("() => window.gstProbe.frames.length > 0", timeout=60_000)
    begun = time.perf_counter()
    box = page.get_by_placeholder("Find words in the texts")
    box.fill("doctor music")
    box.press("Enter")
    page.wait_for_function(f"() => {MAP}?.data.highlighted.length > 0", timeout=60_000)
    return time.perf_counter() - begun
