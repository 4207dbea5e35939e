"""What plotly.js takes from inside Plotly is there in the packaged version: in a real browser, without a server."""

import io
from pathlib import Path

import pytest
from PIL import Image

from gst_core.ui.map_component.assets import PLOTLY_NAME, modules_folder, serve_assets

pytestmark = pytest.mark.e2e
SITE = "http://map.test"  # answered by the test itself
PAGE = '<body style="margin: 0; background: white"><div id="stage"><div id="plot" style="height: 300px"></div></div>'
TYPES = {".js": "text/javascript", ".html": "text/html"}
WHITE = (255, 255, 255)
FIRST, SECOND = [0, 0, 10, 10, 4, 2], [0, 0, 10, 10, 6, 8]  # the corners stay, and with them the frame

DRAW = """async ([folder, script, places]) => {
  const load = (name) => import(`/${folder}/${name}.js`);
  const [{ Figure }, { Model }, plotly] = await Promise.all(["figure", "model", "plotly"].map(load));
  await plotly.loadPlotly(script);
  const base64 = (array) => btoa(String.fromCharCode(...new Uint8Array(array.buffer)));
  const [stage, element] = ["stage", "plot"].map((id) => document.getElementById(id));
  const model = new Model();
  const values = base64(Int16Array.of(0, 0, 0));
  const colouring = { kind: "categories", values, names: ["a"], colours: ["#c00000"], legend: false, palest: null };
  const points = Float32Array.from(places);
  const rings = { labelled: [[1, "#0000c0"]], doubted: [], suggested: [2], highlighted: [], selected: [0, 2] };
  model.update({ key: "map", colouring, ...rings, selection: 1, names: [], classes: [], guesses: null }, points);
  model.now = points;
  const figure = new Figure(element, stage, model);
  await figure.draw();
  window.seen = { figure, model, plotly, element };
}"""
PLACE = "places => { seen.model.now = Float32Array.from(places); return seen.figure.HOW(); }"


class Browser:
    """A page with a plot of three points."""

    def __init__(self, page, static):
        self.page, self.static = page, static
        self.renamed = None  # a name inside Plotly that another version might not have
        page.route(f"{SITE}/**", self.answer)
        page.goto(f"{SITE}/")

    def answer(self, route):
        path = route.request.url.removeprefix(f"{SITE}/")
        body = (self.static / path).read_text("utf-8") if path else PAGE
        if self.renamed and path == PLOTLY_NAME:
            body = body.replace(self.renamed, f"{self.renamed}Renamed")
        route.fulfill(body=body, content_type=TYPES[Path(path or "page.html").suffix])

    def draw(self):
        self.page.evaluate(DRAW, [modules_folder(), PLOTLY_NAME, FIRST])

    def place(self, how):
        return self.page.evaluate(PLACE.replace("HOW", how), SECOND)

    def pixel(self, x, y):
        return self.page.evaluate("([x, y]) => seen.plotly.pixelOf(seen.element, x, y)", [x, y])

    def colour_at(self, x, y):
        """Return the colour on the screen where plotly.js says that a place of the map is."""
        picture = Image.open(io.BytesIO(self.page.screenshot())).convert("RGB")
        return picture.getpixel(tuple(round(value) for value in self.pixel(x, y)))


@pytest.fixture
def browser(chromium, tmp_path):
    serve_assets(tmp_path)
    with chromium.new_context(viewport={"width": 400, "height": 300}) as context:
        yield Browser(context.new_page(), tmp_path)


def is_red(colour):
    return colour[0] > colour[1] + 50


def test_points_are_where_plotly_js_says(browser):
    browser.draw()
    for place in [(0, 0), (10, 10), (4, 2)]:
        assert is_red(browser.colour_at(*place))
    assert browser.colour_at(6, 8) == WHITE
    scales = browser.page.evaluate("() => seen.plotly.scalesOf(seen.element)")
    by_scale = [scales[axis]["zero"] + scales[axis]["each"] * value for axis, value in (("x", 4), ("y", 2))]
    assert by_scale == pytest.approx(browser.pixel(4, 2), abs=0.1)


def test_points_are_drawn_elsewhere_without_plotlys_own_round(browser):
    browser.draw()
    assert browser.place("placeFast") is True, "Plotly has changed inside: see drawPoints in plotly.js"
    assert is_red(browser.colour_at(6, 8))
    assert browser.colour_at(4, 2) == WHITE, "what was drawn before is wiped away"
    assert is_red(browser.colour_at(0, 0))


def test_rings_follow_the_theme(browser):
    browser.draw()
    ring = """colour => {
      document.body.style.setProperty("--st-text-color", colour);
      seen.figure.markIfChanged();
      return seen.element.data[2].marker.color;
    }"""
    assert [browser.page.evaluate(ring, colour) for colour in ("#eeeeee", "#111111")] == ["#eeeeee", "#111111"]


@pytest.mark.parametrize("name", ["_scene", "scatter2d", "_glcanvas"])
def test_a_version_of_plotly_that_is_other_inside_is_drawn_its_own_way(browser, name):
    browser.renamed = name
    browser.draw()
    assert browser.place("placeFast") is False
    browser.place("place")
    assert is_red(browser.colour_at(6, 8))
    assert browser.colour_at(4, 2) == WHITE
