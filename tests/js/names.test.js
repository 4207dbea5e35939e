import assert from "node:assert/strict";
import { test } from "node:test";

import { spread } from "../../gst_core/ui/map_component/names.js";

const STAGE = { width: 400, height: 200 };
const at = (x, y) => [x, y];
const name = (x, y, width = 60) => ({ x, y, width, height: 18 });

test("a name is centred on its place", () => {
  assert.deepEqual(spread([name(200, 100)], at, STAGE), [[170, 91]]);
});

test("places go through the map's own scale", () => {
  assert.deepEqual(
    spread([name(2, 1)], (x, y) => [x * 100, y * 100], STAGE),
    [[170, 91]],
  );
});

test("a name that would touch an earlier one waits, and takes no room", () => {
  const names = [name(100, 100), name(150, 100), name(210, 100)];
  const [first, second, third] = spread(names, at, STAGE);
  assert.ok(first && third);
  assert.equal(second, null);
});

test("names one below the other need a little air", () => {
  const gap = (y) => spread([name(100, 50), name(100, y)], at, STAGE)[1];
  assert.equal(gap(73), null);
  assert.ok(gap(75));
});

test("names need a little air beside each other", () => {
  const gap = (x) => spread([name(100, 50), name(x, 50)], at, STAGE)[1];
  assert.equal(gap(171), null);
  assert.ok(gap(173));
});

test("a name stays on the stage while its place is on it", () => {
  const left = (x) => spread([name(x, 100)], at, STAGE)[0]?.[0];
  assert.equal(left(1), 2);
  assert.equal(left(399), 338);
  assert.equal(spread([name(200, 100, 500)], at, STAGE)[0]?.[0], 2, "even one that is too wide");
});

test("a name whose place is off the stage waits", () => {
  const places = [name(-1, 100), name(401, 100), name(200, 7), name(200, 193)];
  for (const one of places) assert.deepEqual(spread([one], at, STAGE), [null]);
});
