"""After a label the map moves, then settles, and the page answers all the while; and it comes back as it was left."""

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import (
    ask_map,
    click_point,
    hover_point,
    running_server,
    wait_for_frames,
    wait_for_map,
    wait_until_settled,
)
from tests.e2e.morph import make_workspace, watch_a_label

pytestmark = pytest.mark.e2e
ROWS, FEW_ROWS = 20_000, 500


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A server with a small labelled corpus, which the tests look at and leave as it was."""
    folder = tmp_path_factory.mktemp("small")
    labels = make_workspace(folder / "workspace", FEW_ROWS)
    with running_server(folder) as server:
        yield server, labels


@pytest.fixture
def labels(small, page):
    """How many labels there are on the small map, which is on the page and settled."""
    server, labels = small
    open_map(page, server, labels)
    return labels


def open_map(page, server, labels):
    page.goto(server.url)
    wait_for_map(page)
    wait_until_settled(page, labels)


def test_a_large_map_moves_while_the_page_answers(tmp_path, page):
    labels = make_workspace(tmp_path / "workspace", ROWS)
    with running_server(tmp_path) as server:
        open_map(page, server, labels)
        label_while_the_page_answers(page, labels)


def label_while_the_page_answers(page, labels):
    page.locator(".gst-stage").click(position={"x": 5, "y": 5})
    morph = watch_a_label(page, 1, type_a_word=True)
    assert 0 < morph.first < morph.settled
    assert morph.rate > 1
    assert morph.answered > 0
    assert morph.longest_silence < 30  # on a machine that does other things, too
    wait_until_settled(page, labels + 1)


def test_the_map_comes_back_as_it_was_left(page, labels):
    click_point(page, ask_map(page, "map.data.suggested")[0])
    page.wait_for_selector(".gst-document")
    page.locator(".gst-stage").hover()
    page.mouse.wheel(0, -400)
    page.wait_for_function("() => Object.values(window.gstMaps)[0].zoomed")
    wait_for_frames(page)
    range_of = "map.plot.layout.xaxis.range"
    zoomed, selected = ask_map(page, range_of), ask_map(page, "map.selected")
    page.get_by_role("link", name="Corpus").first.click()
    page.wait_for_selector(".gst-map", state="detached")
    page.get_by_role("link", name="Explore").first.click()
    wait_until_settled(page, labels)
    assert ask_map(page, range_of) == pytest.approx(zoomed)
    assert ask_map(page, "map.selected") == selected
    assert len(selected) == 1
    page.keyboard.press("Escape")
    page.wait_for_selector(".gst-document", state="detached")


FLY_WIDER = """async () => {
  const map = Object.values(window.gstMaps)[0];
  const before = map.now.slice();
  const middle = ["x", "y"].map((axis) => (map.figure.shown[axis][0] + map.figure.shown[axis][1]) / 2);
  // Past the edges of a frame that leaves a twentieth free.
  map.flight.fly(before.map((v, i) => middle[i % 2] + (v - middle[i % 2]) * 1.11));
  while (map.now[0] === before[0]) await new Promise(requestAnimationFrame);
  const [x, y] = map.pixelOf(7);
  const mouse = { bubbles: true, pointerId: 1, clientX: x, clientY: y };
  for (const type of ["pointerdown", "pointerup"]) {
    document.elementFromPoint(x, y).dispatchEvent(new PointerEvent(type, mouse));
  }
  const [left, top] = map.pixelOf(map.selected[0]);
  while (map.flying) await new Promise(requestAnimationFrame);
  return [Math.hypot(left - x, top - y), [...Array(before.length / 2).keys()]
    .filter((row) => !document.elementFromPoint(...map.pixelOf(row))?.closest(".gst-plot"))];
}"""


def test_every_point_is_in_reach(page, labels):
    apart, out_of_reach = page.evaluate(FLY_WIDER)
    assert apart < 1, "a click in mid-flight takes the point that is there"
    assert out_of_reach == []
    drag(page, "Select a rectangle of texts", [(0.01, 0.01), (0.99, 0.99)])
    expect(page.get_by_text(f"Selected ({FEW_ROWS})")).to_be_visible(timeout=30_000)


def test_a_drag_is_no_click_and_leaves_no_text_behind(page, labels):
    drag(page, "Select a rectangle of texts", [(0.01, 0.01), (0.99, 0.99)])
    expect(page.get_by_text(f"Selected ({FEW_ROWS})")).to_be_visible(timeout=30_000)
    page.get_by_label("Move the map").click()
    tooltip = page.locator(".gst-tooltip")
    x, y = hover_point(page, 7)
    page.mouse.down()
    page.mouse.move(x + 60, y, steps=4)
    expect(tooltip).to_be_hidden()
    page.mouse.move(x, y, steps=4)
    page.mouse.up()
    wait_for_frames(page)
    assert len(ask_map(page, "map.selected")) == FEW_ROWS
    hover_point(page, 7)
    page.mouse.wheel(0, -400)
    page.wait_for_function("() => Object.values(window.gstMaps)[0].zoomed")
    hovered = "[map.pointer.hovered, map.pointer.mouse && map.figure.nearest(...map.pointer.mouse)]"
    wait_for_frames(page)
    shown, there = ask_map(page, hovered)
    assert shown == there, "the text under a mouse that rests is that of the point that came to be there"


def drag(page, tool, ways):
    """Drag with a tool of the map from the first to the last of some places, given as parts of its width and height."""
    page.get_by_label(tool).click()
    box = page.locator(".gst-stage").bounding_box()
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in ways]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=5)
    page.mouse.up()
