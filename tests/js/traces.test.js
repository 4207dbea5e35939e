import assert from "node:assert/strict";
import { test } from "node:test";

import { among, ringsOf } from "../../gst_core/ui/map_component/traces.js";

test("rings can be seen at every size of point, and lie around it", () => {
  for (const point of [2.5, 4, 7, 10]) {
    const [behind, suggested, found, labelled, selected] = ringsOf(point);
    for (const ring of [suggested, found, labelled, selected]) {
      assert.ok(ring.size >= 9 && ring.size > point, `${ring.size} around ${point}`);
      assert.ok(ring.width >= 2);
    }
    assert.ok(behind.width > labelled.width && behind.width > selected.width, "sets rings off from points behind them");
    assert.equal(new Set([found, labelled, selected].map(({ size }) => size)).size, 3, "told apart by their sizes");
  }
});

test("around a whole group rings are outlines of its points, which are seen through them", () => {
  for (const ring of ringsOf(4)) {
    assert.deepEqual(among(ring, 20, 4), ring);
    const { width, size } = among(ring, 600, 4);
    assert.ok(width <= 1 && size > 4 && size - 2 * width < 4);
    assert.ok(among(ring, 600, 4).opacity === 1 && among(ring, 4_000, 4).opacity < 0.3, "the more, the fainter");
  }
});
