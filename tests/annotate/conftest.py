"""A model that answers as a test file's `TRUTH` says, and where its answers are kept."""

import pytest

from gst_core.workspace import AnswerStore
from tests.llm_server import Script, scripted_server


@pytest.fixture
def server(request):
    with scripted_server(Script(request.module.TRUTH)) as running:
        yield running


@pytest.fixture
def store(tmp_path):
    return AnswerStore(tmp_path / "answers.sqlite")
