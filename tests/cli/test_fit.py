"""`gst-studio fit`."""

import numpy as np

from gst_core import GuidedSpaceTransform
from gst_core.cli.main import main


def test_labels_of_one_class_alone_are_said_to_be_predicted_everywhere(tmp_path, capsys):
    (tmp_path / "a.csv").write_text("text,kind\n" + "".join(f"text {i},{'good' if i < 3 else ''}\n" for i in range(20)))
    np.save(tmp_path / "a.npy", np.random.default_rng(0).normal(size=(20, 6)))
    files = [str(tmp_path / "a.csv"), "--embeddings", str(tmp_path / "a.npy"), "--out", str(tmp_path / "out")]
    assert main(["fit", *files, "--label", "kind"]) == 0
    said = " ".join(capsys.readouterr().err.split())
    assert "“good” is the only class, so that every text is predicted to be of it. Label or name another one." in said


def test_a_column_that_is_left_out_is_erased_and_one_that_is_not_there_is_named(tmp_path, capsys):
    rows = "".join(f"text {i},{'good' if i < 3 else 'bad' if i < 6 else ''},{'ab'[i % 2]}\n" for i in range(40))
    (tmp_path / "a.csv").write_text("text,kind,shop\n" + rows)
    X = np.random.default_rng(0).normal(size=(40, 6))
    X[::2] += 3
    np.save(tmp_path / "a.npy", X)
    files = [str(tmp_path / "a.csv"), "--embeddings", str(tmp_path / "a.npy"), "--out", str(tmp_path / "out")]
    assert main(["fit", *files, "--label", "kind", "--leave-out", "shop"]) == 0
    fitted = GuidedSpaceTransform.load(tmp_path / "out")
    assert fitted.erasure_ is not None
    assert "Views that count: your embeddings" in " ".join(capsys.readouterr().err.split())
    assert main(["fit", *files, "--label", "kind", "--leave-out", "town"]) == 3
    assert "no column “town” to leave out; its other columns are: kind, shop" in " ".join(
        capsys.readouterr().err.split()
    )
