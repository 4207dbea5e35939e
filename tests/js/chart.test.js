import assert from "node:assert/strict";
import test from "node:test";

import { dressed, meantBy, sized } from "../../gst_core/ui/map_component/chart.js";

const THEME = { ink: "rgb(232, 234, 238)", paper: "#14171D", family: "serif" };

test("a chart has the page's ink and letters, and nothing behind it", () => {
  const layout = dressed({ font: { size: 10 } }, THEME);
  assert.deepEqual(layout.font, { size: 10, color: THEME.ink, family: "serif" });
  assert.equal(layout.paper_bgcolor, "rgba(0,0,0,0)");
  assert.equal(layout.xaxis.gridcolor, "rgba(232,234,238,0.14)");
});

test("what the server says of a layout counts more than the page's way", () => {
  const layout = dressed({ xaxis: { title: "texts", fixedrange: false }, dragmode: "pan" }, THEME);
  assert.equal(layout.xaxis.title, "texts");
  assert.equal(layout.xaxis.fixedrange, false);
  assert.equal(layout.dragmode, "pan");
});

test("a chart that grows says its height, as Plotly measures its place only once", () => {
  assert.deepEqual(sized({ layout: { showlegend: true }, height: 350 }), { showlegend: true, height: 350 });
});

test("a click means what the server has called the bar, the point or the flow", () => {
  assert.deepEqual(meantBy({ points: [{ customdata: [3, 1] }] }), [3, 1]);
});

test("a click on what has no name means nothing", () => {
  for (const event of [{}, { points: [] }, { points: [{}] }, { points: [{ customdata: "3" }] }]) {
    assert.equal(meantBy(event), null);
  }
});
