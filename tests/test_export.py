import io
import json
import zipfile

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gst_core import GuidedSpaceTransform, reform
from gst_core.corpus import (
    Corpus,
    CorpusReport,
    column_labels,
    read_corpus,
    table_as_csv,
    table_as_lines,
    table_as_parquet,
)
from gst_core.corpus.table_files import as_cell
from gst_core.errors import GstError
from gst_core.export import (
    about_predictions,
    array_as_npy,
    file_labels,
    lens_table,
    listed_table,
    predictions_sentence,
    transform_as_zip,
    write_lens,
)
from gst_core.map import Frame
from gst_core.transform import accuracy_sentence
from gst_core.workspace import HUMAN, LLM, Label
from tests.conftest import few
from tests.corpus.test_corpus import file

FILES = {
    "programs.csv": table_as_csv,
    "spreadsheet.csv": lambda table: table_as_csv(table, spreadsheet=True),
    "table.parquet": table_as_parquet,
}


def opened(data, name, **options):
    source = io.BytesIO(data)
    source.name = name
    return read_corpus(source, **options)


def some_frame(n):
    points = np.random.default_rng(0).normal(size=(n, 2)).astype(np.float32)
    return Frame(points, np.zeros(n, np.int32), "clusters", 0.0, True, points)


@pytest.fixture
def lens(blobs):
    X, kinds = blobs
    rows = "".join(f"text {i},{i}\n" for i in range(300)) + ",7\ntext 0,8\n"
    corpus = read_corpus(file("text,label\n" + rows), text="text")
    *_, frame = reform(X, few(kinds, 2))
    return corpus, frame


def test_columns_of_the_file_keep_their_names_in_every_generation():
    names = ["label", "id", "x", "cluster", "probability", "label_"]
    rows = "".join(f"text {i}," + ",".join(f"{n} {i}" for n in names) + "\n" for i in range(5))
    corpus = read_corpus(file(",".join(["text", *names]) + "\n" + rows), text="text")
    columns = None
    for _ in range(3):
        table = lens_table(corpus, some_frame(5), {})
        assert columns is None or list(table.columns) == columns
        columns = list(table.columns)
        assert columns[2:8] == names
        assert table["label"].tolist() == [f"label {i}" for i in range(5)]
        corpus = opened(table_as_csv(table), "again.csv")


@pytest.mark.parametrize("name", FILES)
def test_an_export_that_is_opened_again_has_the_texts_ids_and_labels_it_had(name):
    texts = [
        "@user thanks", "-1 for this", "+1", "=) happy", "'quoted'", "'=1", "two\nlines, “with” \"quotes\"", "a\rb",
        "a\r\nb", "tab\tinside", "＝wide", "a\u2028line", "e\u0301 क्षि 🙂\u200d", "NA", "nan", "007", "1e5", "true",
        "#no comment",
    ]  # fmt: skip
    n = len(texts)
    rows = pd.DataFrame({"=cmd": texts, "longer": [t * 9 for t in texts]})
    ids = tuple(f"i{i}" for i in range(n))
    corpus = Corpus("c", ids, tuple(texts), rows, np.arange(n), CorpusReport(n, n, 0, 0), "answer")
    labels = {"i0": Label("i0", "=red", HUMAN, ""), "i3": Label("i3", "NA", LLM, "", 0.75, "llama")}
    again = opened(FILES[name](lens_table(corpus, some_frame(n), labels)), name)
    assert again.texts == corpus.texts
    assert again.ids == corpus.ids
    assert again.text_column == "answer"
    assert again.rows["=cmd"].tolist() == texts
    assert file_labels(again, column_labels(again, "gst:label")) == labels


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=12),
        min_size=1, max_size=5, unique=True,
    ),
    st.sampled_from(list(FILES)),
)  # fmt: skip
def test_any_texts_come_back_out_of_every_kind_of_file(texts, name):
    texts = [t for t in texts if t.strip()] or ["x"]
    n = len(texts)
    ids = tuple(f"i{i}" for i in range(n))
    corpus = Corpus("c", ids, tuple(texts), pd.DataFrame({"t": texts}), np.arange(n), CorpusReport(n, n, 0, 0), "t2")
    again = opened(FILES[name](lens_table(corpus, some_frame(n), {})), name)
    assert (again.ids, again.texts) == (corpus.ids, corpus.texts)


NASTY = st.sampled_from([
    "", "Total", "total", "Sum", "Gesamt", "#x", "# comment", "sep=;", "NA", "null",
    "None", "nan", "-", "'", '"', "\'=", "=1",
    "a;b;c", "a\tb", "a|b", "x\ry", "x\r\ny", "\n", " lead", "trail ", "1", "1.0",
    "1e5", "007", "true", "TRUE", "2024-01-01",
    "1.234,5", "[1, 2]", '{"a": 1}', "\ufeffb", "\xa0", "\u200b", "🙂", "Open-Ended Response", "Response", "\x1f",
    "\\", "\\N", '\\"',
])  # fmt: skip


@settings(max_examples=120, deadline=None)
@given(st.lists(st.tuples(NASTY, NASTY, NASTY, NASTY), min_size=1, max_size=8), st.sampled_from(list(FILES)))
def test_no_cell_of_an_export_is_taken_for_something_else(cells, name):
    n = len(cells)
    columns = {"=odd": [a for a, *_ in cells], "b": [c[1] for c in cells], "1": [c[2] for c in cells]}
    texts = tuple(f"{c[3]}{i} " for i, c in enumerate(cells))
    ids = tuple(f"i{i}" for i in range(n))
    corpus = Corpus("c", ids, texts, pd.DataFrame(columns), np.arange(n), CorpusReport(n, n, 0, 0), "#text;more")
    labels = {"i0": Label("i0", "Total", HUMAN, "")}
    again = opened(FILES[name](lens_table(corpus, some_frame(n), labels)), name)
    assert (again.text_column, again.ids, again.texts) == ("#text;more", ids, texts)
    assert not again.report.problems
    for column, values in columns.items():
        assert [as_cell(v) for v in again.rows[column]] == values
    assert file_labels(again, column_labels(again, "gst:label")) == labels


def test_an_export_has_a_row_for_each_row_of_the_source(lens):
    corpus, frame = lens
    table = lens_table(corpus, frame, {corpus.ids[0]: Label(corpus.ids[0], "red", HUMAN, "")})
    assert len(table) == 302
    assert table["label"].tolist()[-2:] == [7, 8]
    assert table["gst:label"].tolist()[0] == table["gst:label"].tolist()[-1] == "red"
    assert pd.isna(table["gst:x"].iloc[-2])
    assert pd.isna(table["gst:cluster"].iloc[-2])
    assert table["gst:x"].iloc[0] == pytest.approx(frame.positions[0, 0])
    assert set(table["gst:predicted"].dropna()) <= set(frame.classes)
    again = opened(table_as_csv(table), "again.csv")
    assert again.ids == corpus.ids  # though an id stands in two rows, and one row has none


def test_an_export_says_what_the_group_of_each_text_is_called(lens):
    corpus, frame = lens
    table = lens_table(corpus, frame, {}, {0: "rides, buses"})
    inside = table["gst:cluster"] == 0
    assert inside.any()
    assert set(table["gst:group"][inside.fillna(False)]) == {"rides, buses"}
    assert table["gst:group"][~inside.fillna(False)].isna().all()
    again = opened(table_as_csv(table), "again.csv")
    assert not again.report.problems, "the column is known for one of ours"


def test_an_export_says_who_labelled_and_how_sure_a_model_was(lens):
    corpus, frame = lens
    first, second, third, *_ = corpus.ids
    labels = {first: Label(first, "red", HUMAN, ""), second: Label(second, "blue", LLM, "", 0.7, "llama")}
    table = pd.read_csv(io.BytesIO(table_as_csv(lens_table(corpus, frame, labels)))).set_index("gst:id")
    said = table.loc[second, ["gst:label", "gst:said_by", "gst:said_by_model", "gst:confidence"]].tolist()
    assert said == ["blue", "llm", "llama", 0.7]
    assert table["gst:said_by"].value_counts().to_dict() == {"human": 2, "llm": 1}  # the first text is in two rows
    assert table["gst:confidence"].count() == table["gst:said_by_model"].count() == 1
    assert table.loc[third, ["gst:label", "gst:said_by", "gst:confidence"]].isna().all()


def test_a_map_without_a_lens_keeps_the_labels_of_an_earlier_export():
    corpus = read_corpus(file("gst:id,text,gst:label,gst:said_by,gst:x\na,One,red,human,0.5\nb,Two,,,0.5\n"))
    table = lens_table(corpus, some_frame(2), None)
    assert table["gst:label"].tolist()[0] == "red"
    assert table["gst:x"].tolist() != [0.5, 0.5]
    assert lens_table(corpus, some_frame(2), {})["gst:label"].isna().all()


@pytest.mark.parametrize(
    ("content", "text"),
    [("text,gst:id,gst:x\nOne,1,2\nTwo,3,4\n", "text"), ("gst:label,a\nOne room,1\nTwo rooms,3\n", "gst:label")],
)
def test_no_name_stands_twice_in_an_export_whatever_a_file_calls_its_columns(content, text):
    table = lens_table(read_corpus(file(content), text=text), some_frame(2), {})
    assert not table.columns.duplicated().any()
    assert table["text"].notna().all()
    assert opened(table_as_csv(table), "again.csv").ids == tuple(table["gst:id"])


def test_formulas_are_guarded_for_spreadsheets_in_cells_and_headings_and_nowhere_else():
    table = pd.DataFrame({"=head": ["=1+1", "@x", "plain", "'t"], "n": [-1, 2, -3, 4]})
    plain, guarded = (pd.read_csv(io.BytesIO(table_as_csv(table, spreadsheet=s))) for s in (False, True))
    assert plain["=head"].tolist() == ["=1+1", "@x", "plain", "'t"]
    assert guarded["'=head"].tolist() == ["'=1+1", "'@x", "plain", "'t"]
    assert guarded["n"].tolist() == [-1, 2, -3, 4]
    assert table_as_csv(table, spreadsheet=True).startswith(b"\xef\xbb\xbf")
    assert not table_as_csv(table).startswith(b"\xef\xbb\xbf")


def test_a_bare_carriage_return_is_quoted_and_lines_end_as_the_standard_says():
    assert table_as_csv(pd.DataFrame({"a": ["x\ry", "x\ny", 'x"y', "x,y", " x "]})) == (
        b'a\r\n"x\ry"\r\n"x\ny"\r\n"x""y"\r\n"x,y"\r\n x \r\n'
    )


def test_values_with_parts_are_json_in_csv_and_keep_their_type_in_parquet():
    table = pd.DataFrame(
        {
            "list": [[1, 2], np.array(["a", "é"]), None],
            "struct": [{"a": [1.5, None], "b": "x"}, {"a": [], "b": None}, None],
            "mixed": [1, "a", {"b": np.nan}],
            "empty": [{}, {}, None],
            "whole": pd.array([1, None, 2**62 + 1], dtype="Int64"),
            "big": [10**30, None, 1],
            "zone": pd.to_datetime(["2024-03-31T01:00:00Z", None, "2024-01-01T00:00:00Z"]).tz_convert("Europe/Berlin"),
            "kind": pd.Categorical(["b", None, "a"], ["b", "a"]),
            "torn": [["a\ud83d"], ["b"], None],
        }
    )
    cells = pd.read_csv(io.BytesIO(table_as_csv(table)), dtype=str, keep_default_na=False)
    assert json.loads(cells["list"][1]) == ["a", "é"]
    assert "é" in cells["list"][1]
    assert json.loads(cells["struct"][0]) == {"a": [1.5, None], "b": "x"}
    assert json.loads(cells["mixed"][2]) == {"b": None}
    assert cells["whole"].tolist() == ["1", "", str(2**62 + 1)]
    assert cells["big"].tolist() == [str(10**30), "", "1"]
    assert cells["zone"][0] == "2024-03-31 03:00:00+02:00"
    assert json.loads(cells["torn"][0]) == ["a\ufffd"]
    table["list"] = [[1, 2], np.array([3]), None]
    kept = pq.read_table(io.BytesIO(table_as_parquet(table)))
    assert kept["list"].to_pylist() == [[1, 2], [3], None]
    assert kept["struct"].to_pylist()[1] == {"a": [], "b": None}
    assert kept["mixed"].to_pylist() == ["1", "a", '{"b": null}']
    assert str(kept.schema.field("zone").type) == "timestamp[us, tz=Europe/Berlin]"
    back = kept.to_pandas()
    assert back["whole"].dtype == "Int64"
    assert back["kind"].cat.categories.tolist() == ["b", "a"]


def test_the_exported_transform_and_embeddings_agree(lens, blobs, tmp_path):
    _, frame = lens
    zipfile.ZipFile(io.BytesIO(transform_as_zip(frame.transform))).extractall(tmp_path)
    again = GuidedSpaceTransform.load(tmp_path).transform(blobs[0])
    assert np.allclose(np.load(io.BytesIO(array_as_npy(frame.embedding))), again, atol=1e-6)
    with pytest.raises(GstError, match="label two"):
        transform_as_zip(None)


def test_how_right_the_classes_are_goes_with_a_lens_where_it_is_known(lens, tmp_path):
    corpus, frame = lens
    write_lens(tmp_path, corpus, frame, {})
    about = json.loads((tmp_path / "accuracy.json").read_text("utf-8"))
    assert about["sentence"] == frame.transform.report_.sentence()
    assert about["interval"][0] <= about["accuracy"] <= about["interval"][1]


def test_a_map_without_a_lens_goes_without_an_accuracy(lens, tmp_path):
    corpus, _ = lens
    write_lens(tmp_path, corpus, some_frame(len(corpus)), None)
    assert not (tmp_path / "accuracy.json").exists()


def test_an_export_says_which_predictions_rest_on_a_name_alone_and_what_is_read_back_is_the_same(lens):
    corpus, frame = lens
    labels = frame.transform.label_counts_.copy()
    frame.transform.label_counts_ = np.where(np.arange(len(labels)) == 0, 0, labels)
    table = lens_table(corpus, frame, {})
    predicted = table["gst:predicted"].notna()
    by_name = table["gst:predicted"] == frame.classes[0]
    assert (table["gst:rests_on"][by_name] == "words").all()
    assert (table["gst:rests_on"][predicted & ~by_name] == "labels").all()
    again = opened(table_as_csv(table), "again.csv").rows["gst:rests_on"]
    assert again.fillna("").tolist() == table["gst:rests_on"].fillna("").tolist()
    frame.transform.label_counts_ = labels


def test_a_lens_says_how_right_its_classes_are_and_which_views_count(lens, tmp_path):
    corpus, frame = lens
    write_lens(tmp_path, corpus, frame, {})
    about = json.loads((tmp_path / "lens.json").read_text())
    assert about["rests_on"] == "labels"
    assert about["views"] == ["meaning"]
    assert about["labels"] == dict(zip(frame.classes, [2] * len(frame.classes), strict=True))
    assert about["accuracy"] == accuracy_sentence(frame.transform.report_)


def test_what_rests_on_words_alone_is_said(blobs):
    X, kinds = blobs
    gst = GuidedSpaceTransform(random_state=0).fit(X, few(kinds, 2))
    gst.words_only_, gst.report_ = True, None
    assert about_predictions(gst, own_embeddings=True)["rests_on"] == "words"
    assert "from words alone" in predictions_sentence(gst, own_embeddings=True)
    assert "your embeddings" in predictions_sentence(gst, own_embeddings=True)


def test_some_texts_leave_once_each_in_their_order_and_come_back_as_they_were(lens):
    corpus, frame = lens
    labels = {corpus.ids[0]: Label(corpus.ids[0], "=1+1", HUMAN, "")}
    table = listed_table(lens_table(corpus, frame, labels), corpus, np.array([7, 0]), ["gst:label", "label", "gone"])
    assert table.columns.tolist() == ["gst:id", "text", "gst:label", "label"]
    assert table["text"].tolist() == ["text 7", "text 0"]
    assert table["label"].tolist() == [7, 0], "of a text in two rows of the file, the first"
    for name, write in FILES.items():
        again = opened(write(table), name)
        assert again.ids == (corpus.ids[7], corpus.ids[0]), name
        assert again.texts == ("text 7", "text 0"), name
        assert again.rows["gst:label"].iloc[1] == "=1+1", name


def test_what_is_copied_stands_between_tabs_and_runs_nothing_in_a_spreadsheet():
    table = pd.DataFrame({"text": ["a\tb", "=1+1", 'two\nlines "x"'], "stars": [1, 2, -3]})
    assert table_as_lines(table).splitlines() == [
        "text\tstars", '"a\tb"\t1', "'=1+1\t2", '"two', 'lines ""x"""\t-3',
    ]  # fmt: skip
