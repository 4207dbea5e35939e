import time

import numpy as np

from gst_core.corpus import read_corpus
from gst_core.work.encoding_job import EncodingJob
from gst_core.work.growing_map import GrowingMap
from gst_core.work.turns import already_ready
from gst_core.workspace import Workspace
from tests.corpus.test_corpus import file


def test_a_map_grows_while_texts_are_encoded(tmp_path, monkeypatch):
    monkeypatch.setattr("gst_core.work.growing_map.FIRST", 40)
    monkeypatch.setattr("gst_core.encoding.batches.FIRST_CHUNK", 50)
    monkeypatch.setattr("gst_core.encoding.batches.CHUNK", 60)
    words = ["soup", "bread", "tea", "train", "bus", "delay", "room", "bed", "view", "price", "bill", "refund"]
    texts = [f"the {words[i % 12]} was {words[(i * 5) % 11]} on day {i}" for i in range(1500)]
    corpus = read_corpus(file("text\n" + "\n".join(texts)), text="text")
    encoding = EncodingJob(corpus, "all-MiniLM-L6-v2", Workspace(tmp_path))
    growing = GrowingMap(encoding, 1500, already_ready())
    drawn = set()
    while encoding.state.status == "running":
        now = growing.state
        if now.frame is not None:
            placed = np.isfinite(now.frame.positions).all(axis=1)
            assert placed.sum() == now.drawn
            drawn.add(now.drawn)
        time.sleep(0.005)
    assert encoding.state.status == "done"
    assert len(drawn) > 1
    assert max(drawn) <= 1500
