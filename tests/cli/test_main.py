"""The command line as a person runs it: real files, real encoder, exit codes."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gst_core import Workspace, read_corpus
from gst_core.cli.main import main
from gst_core.workspace import GroupStep

TEXTS = {
    "food": ["The soup was cold and the bread stale", "Breakfast eggs were perfect", "Dinner: fresh fish, fine wine"],
    "room": ["My bed was hard as a board", "The room had a mouldy shower", "A quiet bedroom with soft pillows"],
}


@pytest.fixture
def reviews(tmp_path, monkeypatch):
    monkeypatch.setenv("GST_WORKSPACE", str(tmp_path / "workspace"))
    rows = [(text, kind if i == 0 else "") for kind, texts in TEXTS.items() for i, text in enumerate(texts)]
    path = tmp_path / "reviews.csv"
    pd.DataFrame(rows, columns=["text", "kind"]).to_csv(path, index=False)
    return path


def test_encode_writes_unit_rows_and_a_second_run_encodes_nothing(reviews, tmp_path, monkeypatch):
    assert main(["encode", str(reviews), "--out", str(tmp_path / "e.npy")]) == 0
    X = np.load(tmp_path / "e.npy")
    assert X.shape == (6, 768)
    assert np.allclose(np.linalg.norm(X, axis=1), 1, atol=1e-5)
    monkeypatch.setattr("gst_core.encoding.encoders.load_encoder", lambda _name: pytest.fail("encoded again"))
    assert main(["encode", str(reviews)]) == 0


def test_fit_and_transform_tell_the_kinds_apart(reviews, tmp_path, capsys):
    fitted, out, table = tmp_path / "transform", tmp_path / "z.npy", tmp_path / "predictions.csv"
    asked = ["--label", "kind", "--instruction", "What is it about?"]
    assert main(["fit", str(reviews), *asked, "--out", str(fitted)]) == 0
    assert json.loads((fitted / "transform.json").read_text())["classes"] == ["food", "room"]
    assert main(["transform", str(fitted), str(reviews), "--out", str(out), "--predictions", str(table)]) == 0
    assert "How right the classes are" in capsys.readouterr().err  # six labels are too few
    assert np.isfinite(np.load(out)).all()
    predicted = pd.read_csv(table)
    truth = {text: kind for kind, texts in TEXTS.items() for text in texts}
    assert (predicted["gst:predicted"] == predicted["text"].map(truth)).all()


def test_texts_that_come_later_have_the_vectors_that_they_have_in_the_corpus(tmp_path, monkeypatch):
    monkeypatch.setenv("GST_WORKSPACE", str(tmp_path / "workspace"))
    hotels = ("Adler", "Bellevue", "Carlton", "Dolder")
    rows = [(f"The {hotels[i % 4]} was fine on day {i}", hotels[i % 4] if i < 16 else "") for i in range(60)]
    table = pd.DataFrame(rows, columns=["text", "kind"])
    whole, later, fitted = tmp_path / "whole.csv", tmp_path / "later.csv", tmp_path / "transform"
    table.to_csv(whole, index=False)
    table[40:43].to_csv(later, index=False)
    assert main(["fit", str(whole), "--label", "kind", "--out", str(fitted)]) == 0
    assert (fitted / "lexical.safetensors").is_file()
    for file in (whole, later):
        assert main(["transform", str(fitted), str(file), "--out", str(file.with_suffix(".npy"))]) == 0
    assert np.allclose(np.load(tmp_path / "later.npy"), np.load(tmp_path / "whole.npy")[40:43], atol=1e-5)


def test_export_writes_all_files_and_never_over_others(reviews, tmp_path):
    out = tmp_path / "lens"
    assert main(["export", str(reviews), "--label", "kind", "--out", str(out)]) == 0
    table = pd.read_csv(out / "documents.csv")
    assert {"gst:label", "gst:predicted", "gst:probability", "gst:cluster", "gst:x", "gst:y"} <= set(table.columns)
    assert (table["gst:said_by"].dropna() == "file").all()
    assert len(np.load(out / "embeddings.npy")) == len(table) == 6
    assert (out / "transform" / "transform.safetensors").exists()
    assert main(["export", str(reviews), "--label", "kind", "--out", str(out)]) == 6


def test_an_export_is_exported_again_with_its_labels_and_fitted_without_naming_a_column(reviews, tmp_path, capsys):
    first, second = tmp_path / "first", tmp_path / "second"
    assert main(["export", str(reviews), "--label", "kind", "--out", str(first)]) == 0
    (first / "documents.parquet").rename(first / "columns.parquet")
    for name in ("documents.csv", "documents-spreadsheet.csv", "columns.parquet"):
        assert main(["export", str(first / name), "--out", str(second / Path(name).stem)]) == 0
        before, after = (pd.read_csv(folder / "documents.csv") for folder in (first, second / Path(name).stem))
        kept = ["gst:id", "text", "kind", "gst:label", "gst:said_by"]
        pd.testing.assert_frame_equal(before[kept], after[kept])
        assert list(before.columns) == list(after.columns)
    assert main(["fit", str(first / "documents.csv"), "--out", str(tmp_path / "t")]) == 0
    assert main(["fit", str(reviews), "--out", str(tmp_path / "u")]) == 3
    assert "--label" in capsys.readouterr().err


def test_labels_that_contradict_each_other_are_said_on_the_screen(reviews, tmp_path, capsys):
    rows = pd.read_csv(reviews)
    rows["kind"] = ["food", "Food", None, "room", "room", None]
    pd.concat([rows, rows.head(1).assign(kind="room")]).to_csv(reviews, index=False)
    assert main(["fit", str(reviews), "--label", "kind", "--out", str(tmp_path / "t")]) == 0
    said = " ".join(capsys.readouterr().err.split())
    assert "“food” and “room”" in said
    assert "“food” and “Food”" in said


def test_a_lens_of_the_workspace_is_exported_by_its_names(reviews, tmp_path):
    workspace = Workspace()
    corpus = read_corpus(reviews)
    entry = workspace.add_corpus(corpus)
    lens = workspace.add_lens(entry.id, "What is it about?")
    workspace.add_class(lens.id, "food")
    workspace.set_labels(lens.id, {corpus.ids[0]: "food", corpus.ids[3]: "room"})
    both = (corpus.ids[0], corpus.ids[3])
    for step in (GroupStep("move", (both,)), GroupStep("name", (both,), "the two")):
        workspace.add_group_step(entry.id, step, lens.id)
    out = tmp_path / "lens"
    assert main(["export", entry.name, "--lens", lens.name, "--out", str(out)]) == 0
    table = pd.read_csv(out / "documents.csv")
    assert table["gst:label"].tolist().count("food") == 1
    assert (table["gst:said_by"].notna() == table["gst:label"].notna()).all()
    assert set(table["gst:said_by"].dropna()) == {"human"}
    assert set(table["gst:id"][table["gst:group"] == "the two"]) == set(both)


@pytest.mark.parametrize(
    "command",
    [
        ["export", "{file}", "--out", "{folder}/r.csv"],
        ["export", "{file}", "--out", "{file}"],
        ["fit", "{file}", "--label", "kind", "--out", "{file}"],
        ["encode", "{file}", "--out", "{folder}"],
        ["encode", "{file}", "--out", "{file}/e.npy"],
        ["transform", "{folder}", "{file}", "--out", "{folder}/z.npy", "--predictions", "{folder}"],
        ["encode", "{file}", "--delimiter", "ab"],
        ["encode", "{file}", "--header", "first"],
    ],
)
def test_an_option_that_cannot_be_is_refused_where_it_is_typed(reviews, tmp_path, capsys, monkeypatch, command):
    monkeypatch.setattr("gst_core.cli.inputs.read_corpus", lambda *_, **__: pytest.fail("began to work"))
    with pytest.raises(SystemExit) as end:
        main([a.format(file=reviews, folder=tmp_path) for a in command])
    assert end.value.code == 2
    assert "error: argument --" in capsys.readouterr().err


def test_what_a_file_leaves_open_is_chosen_by_options(reviews, monkeypatch):
    given = {}

    def read(source, **options):
        given.update(options)
        return read_corpus(source)

    monkeypatch.setattr("gst_core.cli.inputs.read_corpus", read)
    chosen = ["--header", "none", "--delimiter", "tab", "--sheet", "Answers", "--records", "data.items", "--strict"]
    assert main(["encode", str(reviews), *chosen]) == 0
    wanted = {"header": 0, "delimiter": "\t", "sheet": "Answers", "records": "data.items", "strict": True}
    assert wanted.items() <= given.items()


def test_a_workspace_that_was_damaged_is_said_on_the_screen(reviews, tmp_path, capsys):
    (tmp_path / "ws").mkdir()
    (tmp_path / "ws" / "workspace.sqlite").write_bytes(b"something else")
    assert main(["encode", str(reviews), "--workspace", str(tmp_path / "ws")]) == 0
    assert "was damaged and is now called workspace.damaged-" in capsys.readouterr().err


def test_without_a_home_a_command_says_so(reviews, monkeypatch, capsys):
    monkeypatch.setenv("GST_WORKSPACE", "~nobody-of-that-name/workspace")
    assert main(["encode", str(reviews)]) == 6
    assert "no home folder" in capsys.readouterr().err


def test_a_file_that_was_edited_is_opened_as_it_is_said(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("gst_core.cli.open._serve", lambda *_: None)
    monkeypatch.setattr("gst_core.cli.open._page", lambda: None)
    monkeypatch.delenv("GST_WORKSPACE", raising=False)
    monkeypatch.delenv("GST_CORPUS", raising=False)
    reviews, command = (
        tmp_path / "reviews.csv",
        ["open", str(tmp_path / "reviews.csv"), "--workspace", str(tmp_path / "ws")],
    )
    reviews.write_text("text,n\none,1\ntwo,2\n")
    assert main(command) == 0
    reviews.write_text("text,n\none,1\ntwo,3\n")
    assert main(command) == 6
    assert "1 row has other values. Say --changed replace, or --changed keep-both." in capsys.readouterr().err
    assert main([*command, "--changed", "replace"]) == 0
    assert "was replaced" in capsys.readouterr().err
    reviews.write_text("text,n\none,1\ntwo,4\n")
    assert main([*command, "--changed", "keep-both"]) == 0
    assert [entry.name for entry in Workspace(tmp_path / "ws").corpora()] == ["reviews (2)", "reviews"]


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (["encode", "nothing-here.csv"], 3),
        (["fit", "{file}", "--label", "nothing", "--out", "{folder}/t"], 3),
        (["encode", "{file}", "--encoder", "nobody/has-this"], 4),
        (["transform", "{folder}/no-transform", "{file}", "--out", "{folder}/z.npy"], 5),
        (["export", "no corpus", "--lens", "no lens", "--out", "{folder}/x"], 6),
    ],
)
def test_what_goes_wrong_has_its_exit_code_and_a_sentence(reviews, tmp_path, capsys, command, code):
    arguments = [a.format(file=reviews, folder=tmp_path) for a in command]
    assert main(arguments) == code
    said = capsys.readouterr().err
    assert "Traceback" not in said
    assert said.strip().endswith((".", "installed."))


@pytest.mark.parametrize(
    "command",
    [["encode"], ["--port", "99999"], ["--port", "-1"], ["fit", "r.csv", "--label", "x", "--out", "t", "--seed", "-1"]],
)
def test_wrong_usage_is_exit_code_two(command):
    with pytest.raises(SystemExit, match="2"):
        main(command)
