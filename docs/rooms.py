"""Draw the rooms of the house and the imports between them, as a Mermaid graph in docs/architecture.md.

``python docs/rooms.py`` writes the picture, ``python docs/rooms.py --check`` says whether it is current (exit code 1
where it is not). A room is a folder of gst_core, or a module beside these folders; an arrow runs from a room to each
room whose names it takes. Rooms stand on floors, each above all that it imports. The picture shows the arrows that run
to the next floor down; the many longer ones are in the table below it.
"""

import ast
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "architecture.md"
BEGIN, END = "<!-- rooms: made by docs/rooms.py -->", "<!-- end of rooms -->"
TOP = ("app.py", "pages", "benchmarks")  # that stand on gst_core


def sources() -> dict[str, list[Path]]:
    """Return the Python files of each room."""
    rooms: dict[str, list[Path]] = {}
    for file in sorted(ROOT.glob("gst_core/**/*.py")):
        inside = file.relative_to(ROOT / "gst_core")
        if inside.name == "__init__.py" and len(inside.parts) == 1:
            continue  # the public names, which are found in their rooms when they are asked for
        rooms.setdefault(inside.parts[0].removesuffix(".py"), []).append(file)
    for name in TOP:
        path = ROOT / name
        rooms[name.removesuffix(".py")] = [path] if path.is_file() else sorted(path.glob("*.py"))
    return rooms


def imported(file: Path) -> set[str]:
    """Return the rooms that a file takes names from, wherever in it the import stands."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        names = [node.module] if isinstance(node, ast.ImportFrom) and node.module else []
        if isinstance(node, ast.ImportFrom) and node.module == "gst_core":
            names = [f"gst_core.{alias.name}" for alias in node.names]
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        found |= {name.split(".")[1] for name in names if name.startswith("gst_core.")}
    return found


def arrows() -> dict[str, set[str]]:
    """Return the rooms that each room imports."""
    rooms = sources()
    taken = {
        room: set().union(*(imported(file) for file in files)) if files else set() for room, files in rooms.items()
    }
    return {room: {other for other in others if other != room and other in rooms} for room, others in taken.items()}


def floors(rooms: dict[str, set[str]]) -> dict[str, int]:
    """Return the floor of each room, 1 for the ground.

    Raises
    ------
    SystemExit
        Some rooms import each other in a circle.
    """
    floor: dict[str, int] = {}
    while len(floor) < len(rooms):
        ready = {room: others for room, others in rooms.items() if room not in floor and others <= floor.keys()}
        if not ready:
            raise SystemExit(
                f"These rooms import each other in a circle: {', '.join(sorted(rooms.keys() - floor.keys()))}."
            )
        floor |= {room: 1 + max((floor[other] for other in others), default=0) for room, others in ready.items()}
    return floor


def picture() -> str:
    """Return the Mermaid graph and the table of all arrows."""
    rooms = arrows()
    floor = floors(rooms)
    lines = ["```mermaid", "flowchart TD"]
    for level in range(max(floor.values()), 0, -1):
        members = sorted(room for room in rooms if floor[room] == level)
        lines += [
            f'  subgraph floor{level}["floor {level}"]',
            "    direction LR",
            *(f"    {m}" for m in members),
            "  end",
        ]
    for room in sorted(rooms):
        lines += [f"  {room} --> {other}" for other in sorted(rooms[room]) if floor[other] == floor[room] - 1]
    table = ["| room | floor | takes from |", "| --- | ---: | --- |"]
    for room in sorted(rooms, key=lambda r: (-floor[r], r)):
        table += [f"| `{room}` | {floor[room]} | {', '.join(sorted(rooms[room])) or '–'} |"]
    return "\n".join([BEGIN, *lines, "```", "", *table, END])


def with_picture(page: str) -> str:
    """Return the page with the picture as the code now is."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{picture()}{after}"


def main() -> int:
    """Write or check the picture, and return an exit code."""
    page = PAGE.read_text("utf-8")
    if "--check" not in sys.argv[1:]:
        PAGE.write_text(with_picture(page), "utf-8")
    elif with_picture(page) != page:
        print("docs/architecture.md does not show the rooms as they are. Run: python docs/rooms.py")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
