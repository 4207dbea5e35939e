"""`gst-studio fit`."""

import numpy as np

from gst_core.cli.main import main


def test_labels_of_one_class_alone_are_said_to_be_predicted_everywhere(tmp_path, capsys):
    (tmp_path / "a.csv").write_text("text,kind\n" + "".join(f"text {i},{'good' if i < 3 else ''}\n" for i in range(20)))
    np.save(tmp_path / "a.npy", np.random.default_rng(0).normal(size=(20, 6)))
    files = [str(tmp_path / "a.csv"), "--embeddings", str(tmp_path / "a.npy"), "--out", str(tmp_path / "out")]
    assert main(["fit", *files, "--label", "kind"]) == 0
    said = " ".join(capsys.readouterr().err.split())
    assert "“good” is the only class, so that every text is predicted to be of it. Label or name another one." in said
