"""Where the commands write: what cannot be written to is refused where it is typed, before anything is computed."""

import argparse
import os
from pathlib import Path

FILE_ENDINGS = (".csv", ".tsv", ".npy", ".npz", ".parquet", ".xlsx", ".json", ".jsonl", ".zip", ".txt")


def output_file(typed: str) -> Path:
    """Return a file to write, for argparse, which says what is wrong with any other."""
    path = Path(typed).expanduser()
    if path.is_dir():
        raise argparse.ArgumentTypeError(f"{path} is a folder; give the name of a file in it")
    if path.exists() and not path.is_file():
        raise argparse.ArgumentTypeError(f"{path} is no ordinary file")
    _check_place(path)
    return path


def output_folder(typed: str) -> Path:
    """Return a folder to write, for argparse, which says what is wrong with any other."""
    path = Path(typed).expanduser()
    if path.exists() and not path.is_dir():
        raise argparse.ArgumentTypeError(f"{path} is a file; give a folder, which is made when it is not there")
    if not path.exists() and path.suffix.lower() in FILE_ENDINGS:
        raise argparse.ArgumentTypeError(
            f"{path} is called like a file; several files are written, so give a folder, {path.with_suffix('')} say"
        )
    _check_place(path)
    return path


def _check_place(path: Path) -> None:
    """Refuse a place that nothing can be written to: below a file, or in a folder that may not be changed."""
    place = path if path.is_dir() else next((p for p in path.absolute().parents if p.exists()), path)
    if not place.is_dir():
        raise argparse.ArgumentTypeError(f"{path} cannot be written: {place} is a file, no folder")
    if not os.access(place, os.W_OK | os.X_OK):
        raise argparse.ArgumentTypeError(f"{path} cannot be written: the folder {place} may not be changed")
