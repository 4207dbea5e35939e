"""After a label the map moves, then settles, and the page answers all the while; and it comes back as it was left."""

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Server, ask_map, click_point, wait_for_map, wait_until_settled
from tests.e2e.morph import make_workspace, watch_a_label

pytestmark = pytest.mark.e2e
ROWS, FEW_ROWS = 20_000, 500


@pytest.fixture
def server(tmp_path, request):
    labels = make_workspace(tmp_path / "workspace", getattr(request, "param", ROWS))
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


@pytest.mark.parametrize("server", [FEW_ROWS], indirect=True)
def test_the_map_comes_back_as_it_was_left(server, page):
    page.goto(server.url)
    wait_for_map(page)
    wait_until_settled(page, server.labels)
    click_point(page, ask_map(page, "map.data.suggested")[0])
    page.wait_for_selector(".gst-document")
    page.locator(".gst-stage").hover()
    page.mouse.wheel(0, -400)
    page.wait_for_function("() => Object.values(window.gstMaps)[0].zoomed")
    page.wait_for_timeout(500)
    range_of = "map.plot.layout.xaxis.range"
    zoomed, selected = ask_map(page, range_of), ask_map(page, "map.selected")
    page.get_by_role("link", name="Corpus").first.click()
    page.wait_for_selector(".gst-map", state="detached")
    page.get_by_role("link", name="Explore").first.click()
    wait_until_settled(page, server.labels)
    assert ask_map(page, range_of) == pytest.approx(zoomed)
    assert ask_map(page, "map.selected") == selected
    assert len(selected) == 1
    page.keyboard.press("Escape")
    page.wait_for_selector(".gst-document", state="detached")


FLY_WIDER = """async () => {
  const map = Object.values(window.gstMaps)[0];
  const before = map.now.slice();
  const middle = ["x", "y"].map((axis) => (map.shown[axis][0] + map.shown[axis][1]) / 2);
  // Past the edges of a frame that leaves a twentieth free.
  map.fly(before.map((v, i) => middle[i % 2] + (v - middle[i % 2]) * 1.11));
  while (map.now[0] === before[0]) await new Promise(requestAnimationFrame);
  const inFlight = map.nearest(...map.pixelOf(7));
  const apart = Math.hypot(...[0, 1].map((axis) => map.pixelOf(7)[axis] - map.pixelOf(inFlight)[axis]));
  while (map.flying) await new Promise(requestAnimationFrame);
  return [apart, [...Array(before.length / 2).keys()]
    .filter((row) => !document.elementFromPoint(...map.pixelOf(row))?.closest(".gst-plot"))];
}"""


@pytest.mark.parametrize("server", [FEW_ROWS], indirect=True)
def test_every_point_is_in_reach(server, page):
    page.goto(server.url)
    wait_for_map(page)
    wait_until_settled(page, server.labels)
    apart, out_of_reach = page.evaluate(FLY_WIDER)
    assert apart < 1, "a point that flies is found where it is"
    assert out_of_reach == []
    page.get_by_label("Select a rectangle of texts").click()
    box = page.locator(".gst-stage").bounding_box()
    page.mouse.move(box["x"] + 3, box["y"] + 3)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 3, box["y"] + box["height"] - 3, steps=5)
    page.mouse.up()
    expect(page.get_by_text(f"Selected ({FEW_ROWS})")).to_be_visible(timeout=30_000)
    page.keyboard.press("Escape")
    expect(page.get_by_text("Selected (0)")).to_be_visible(timeout=30_000)
