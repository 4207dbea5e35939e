"""After a label the map moves, then settles, and the page answers all the while."""

import pytest

from tests.e2e.conftest import Server, wait_for_map, wait_until_settled
from tests.e2e.morph import make_workspace, watch_a_label

pytestmark = pytest.mark.e2e
ROWS = 20_000


@pytest.fixture
def server(tmp_path):
    labels = make_workspace(tmp_path / "workspace", ROWS)
    running = Server(tmp_path / "workspace", tmp_path / "server.log").start()
    running.labels = labels
    yield running
    running.kill()


def test_a_large_map_moves_while_the_page_answers(server, page):
    page.goto(server.url)
    wait_for_map(page)
    wait_until_settled(page, server.labels)
    page.locator(".gst-stage").click(position={"x": 5, "y": 5})
    morph = watch_a_label(page, 1, type_a_word=True)
    assert 0 < morph.first < morph.settled
    assert morph.rate > 1
    assert morph.answered > 0
    assert morph.longest_silence < 5
    wait_until_settled(page, server.labels + 1)
