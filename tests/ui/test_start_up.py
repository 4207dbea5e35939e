"""What cannot be opened at the start is a page with a sentence: never a traceback, and never an empty page."""

import sqlite3
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from gst_core.ui import state
from gst_core.workspace import Workspace

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(autouse=True)
def _new_server(monkeypatch):
    """Let nothing be known of another workspace, before and after."""
    monkeypatch.setattr(state, "warm_up", lambda: None)
    st.cache_resource.clear()
    yield
    st.cache_resource.clear()


def opened(monkeypatch, workspace):
    monkeypatch.setenv("GST_WORKSPACE", str(workspace))
    shown = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120).run()
    assert not shown.exception
    return shown


def test_a_workspace_that_is_there_opens(monkeypatch, tmp_path):
    shown = opened(monkeypatch, tmp_path / "workspace")
    assert not shown.error
    assert shown.title[0].value.startswith("Steer")


@pytest.mark.parametrize("place", ["a file", "a file/workspace", "no\0path"])
def test_a_folder_that_cannot_be_is_said_in_a_sentence(monkeypatch, tmp_path, place):
    (tmp_path / "a file").write_text("mine")
    if "\0" in place:
        monkeypatch.setattr("gst_core.workspace.workspace.workspace_folder", lambda: tmp_path / place)
        shown = opened(monkeypatch, tmp_path / "other")
    else:
        shown = opened(monkeypatch, tmp_path / place)
    assert len(shown.error) == 1
    assert "Traceback" not in shown.error[0].value
    assert (tmp_path / "a file").read_text() == "mine"


def test_a_person_without_a_home_gets_a_sentence(monkeypatch):
    shown = opened(monkeypatch, "~nobody-of-that-name/workspace")
    assert len(shown.error) == 1


def test_what_was_set_aside_is_said_until_it_is_read(monkeypatch, tmp_path):
    folder = tmp_path / "workspace"
    Workspace(folder)
    for name in ("workspace.sqlite-wal", "workspace.sqlite-shm"):
        (folder / name).unlink(missing_ok=True)
    (folder / "workspace.sqlite").write_bytes(b"SQLite format 3\0" + b"\xff" * 5_000)
    shown = opened(monkeypatch, folder)
    assert shown.warning
    shown.button(key="read-how-found").click().run()
    assert not shown.exception
    assert not shown.warning


def test_an_error_that_nobody_foresaw_is_a_sentence_too(monkeypatch, tmp_path):
    def fail():
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr(state, "current_corpus", fail)
    shown = opened(monkeypatch, tmp_path / "workspace")
    assert "stopped unexpectedly" in shown.error[0].value
