"""What the README promises in Python runs as it stands there."""

import re
from pathlib import Path

import pandas as pd

ROOT = Path(__file__).parent.parent


def test_the_python_example_runs(tmp_path, monkeypatch, capsys):
    example = re.search(r"```python\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL).group(1)
    demo = pd.read_csv(ROOT / "data" / "hotel_reviews.csv").head(40)
    demo.rename(columns={"text": "review"}).to_csv(tmp_path / "reviews.csv", index=False)
    monkeypatch.chdir(tmp_path)
    exec(compile(example, "README.md", "exec"), {})
    assert capsys.readouterr().out.strip().endswith("clusters (40, 2) True")


def test_the_pictures_are_there():
    for name in re.findall(r"\]\((docs/[^)]+)\)", (ROOT / "README.md").read_text("utf-8")):
        assert (ROOT / name).is_file(), name
