"""What is written in a folder's files."""

from contextlib import suppress


def stored_bytes(folder):
    """Return the bytes of each file; one that goes while they are read, as SQLite's log does, has nothing to say."""
    found = {}
    for path in sorted(folder.rglob("*")):
        with suppress(FileNotFoundError):
            if path.is_file():
                found[path] = path.read_bytes()
    return found
