"""What lenses leave out: columns as the transform takes them, their identity, and views without words."""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import adjusted_mutual_info_score

from gst_core.analysis import file_columns
from gst_core.compute import Embeddings, check_embeddings
from gst_core.corpus import read_corpus
from gst_core.encoding import learn_lexical_view, with_lexical_view
from gst_core.errors import WorkspaceError
from gst_core.work.jobs import Jobs
from gst_core.work.left_out import LeftOut, check_columns, left_out_columns
from gst_core.workspace import Workspace
from tests.corpus.test_corpus import file

ROWS = pd.DataFrame(
    {
        "airline": ["Delta", "United", None] * 20,
        "delay": np.arange(60) % 7 * 1.5,
        "when": pd.date_range("2015-02-17", periods=60).strftime("%d-%m-%Y"),
        "key": [f"k{i}" for i in range(60)],
    }
)


def test_categories_numbers_and_dates_are_left_out_as_what_they_are():
    found = left_out_columns(file_columns(ROWS), ["airline", "delay", "when"])
    assert found.columns["airline"].tolist()[:3] == ["Delta", "United", ""]
    assert found.columns["delay"].dtype == found.columns["when"].dtype == np.float64
    assert np.diff(found.columns["when"]).tolist() == [86_400.0] * 59


def test_a_column_that_the_file_no_longer_has_counts_for_nothing():
    assert left_out_columns(file_columns(ROWS), ["gone"]) is None
    assert list(left_out_columns(file_columns(ROWS), ["gone", "delay"]).columns) == ["delay"]


def test_another_column_or_another_kind_is_another_identity_and_more_texts_are_none():
    given = [
        (ROWS, {}, "delay"),
        (ROWS, {"delay": "category"}, "delay"),
        (ROWS, {}, "airline"),
        (ROWS[:50], {}, "delay"),
    ]
    found = [left_out_columns(file_columns(rows, kinds), [name]).identity for rows, kinds, name in given]
    assert len(set(found)) == 3
    assert found[0] == found[3]


def test_another_file_of_the_same_texts_takes_the_maps_that_leave_its_columns_out(tmp_path):
    def corpus(values):
        lines = "".join(f"text number {i},{v}\n" for i, v in enumerate(values))
        return read_corpus(file("text,airline\n" + lines), text="text", embeddings=np.eye(4))

    workspace = Workspace(tmp_path)
    entry = workspace.add_corpus(corpus("abab"))
    lenses = [workspace.add_lens(entry.id, name) for name in ("without", "plain")]
    workspace.leave_out(lenses[0].id, ["airline"])
    folders = [workspace.map_folder(lens.id) for lens in lenses]
    for folder in folders:
        folder.mkdir(parents=True)
    workspace.replace_corpus(entry.id, corpus("aabb"))
    assert [folder.exists() for folder in folders] == [False, True]


def test_a_column_that_is_an_id_or_not_there_is_refused_by_its_name():
    check_columns(file_columns(ROWS), ["airline", "delay", "when"])
    with pytest.raises(WorkspaceError, match="“key” cannot be left out: it tells 60 of 60 texts"):
        check_columns(file_columns(ROWS), ["airline", "key"])
    with pytest.raises(WorkspaceError, match="no column “gone”"):
        check_columns(file_columns(ROWS), ["gone"])


def test_views_without_words_are_made_once_and_say_nothing_of_them():
    texts = ["@delta lost bag", "@delta late", "@delta late bag", "united late", "united lost bag", "united late bag"]
    corpus = read_corpus(file("text\n" + "\n".join(texts)))
    plain = Embeddings(check_embeddings(np.random.default_rng(0).normal(size=(6, 4))), (4,))
    views = with_lexical_view(plain, texts, learn_lexical_view(texts))
    left_out = LeftOut(corpus)
    assert left_out.views((), views) is views
    without = left_out.views(("@", "united"), views)
    assert left_out.views(("@", "united"), views) is without
    assert without.lexical.identity != views.lexical.identity
    words = without.matrix[:, 4:]
    assert np.allclose(words[0], words[4]), "the two say the same but for who it is"
    assert not np.allclose(*views.matrix[[0, 4], 4:])
    assert np.allclose(without.first, views.first, atol=1e-6)


def test_the_map_of_a_lens_that_only_leaves_a_column_out_is_made_without_it_and_found_again(tmp_path):
    rng = np.random.default_rng(0)
    airline, mood = rng.integers(0, 2, 240), rng.integers(0, 2, 240)
    X = 0.4 * rng.normal(size=(240, 12)) + 2 * np.eye(12)[airline] + 1.5 * np.eye(12)[mood + 4]
    lines = "".join(f"text number {i},{'ab'[airline[i]]}\n" for i in range(240))
    workspace = Workspace(tmp_path)
    entry = workspace.add_corpus(read_corpus(file("text,airline\n" + lines), text="text", embeddings=X))
    lens = workspace.add_lens(entry.id, "mood")
    jobs = Jobs(workspace, random_state=0)
    generic = jobs.reforming(entry.id, lens.id).wait(60).frame
    workspace.leave_out(lens.id, ["airline"])
    without = jobs.reforming(entry.id, lens.id).wait(60).frame
    assert adjusted_mutual_info_score(generic.clusters, airline) > 0.4
    assert adjusted_mutual_info_score(without.clusters, airline) < 0.02
    assert adjusted_mutual_info_score(without.clusters, mood) > 0.4
    later = without.transform.transform(check_embeddings(X + 0.01 * rng.normal(size=X.shape)))
    assert np.median((later * without.embedding).sum(axis=1)) > 0.9, "new texts follow without the column"
    found = Jobs(Workspace(tmp_path)).reforming(entry.id, lens.id).wait(60)
    assert found.seconds == 0.0
    assert np.array_equal(found.frame.positions, without.positions)
    workspace.leave_out(lens.id, [])
    assert np.array_equal(jobs.reforming(entry.id, lens.id).wait(60).frame.embedding, generic.embedding)
