import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_the_picture_of_the_rooms_is_current_and_has_no_circle():
    """It is drawn from the imports; `python docs/rooms.py` draws it anew."""
    checked = subprocess.run(
        [sys.executable, "docs/rooms.py", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_no_module_is_so_long_that_it_has_a_second_reason_to_change():
    long = [
        str(file.relative_to(ROOT))
        for file in [*ROOT.glob("gst_core/**/*.py"), *ROOT.glob("pages/*.py"), ROOT / "app.py"]
        if len(file.read_text("utf-8").splitlines()) > 400
    ]
    assert not long
