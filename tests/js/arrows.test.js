import assert from "node:assert/strict";
import { test } from "node:test";

import { nextPoint } from "../../gst_core/ui/map_component/arrows.js";
import { nearer } from "../../gst_core/ui/map_component/looking.js";

// On the screen y grows downwards, on the map upwards.
const SCALES = { x: { zero: 0, each: 10 }, y: { zero: 100, each: -10 } };
const POINTS = Float32Array.of(0, 0, 2, 0.5, 4, 0, -3, 0, 0, 5, 0, -2);
const [LEFT, RIGHT, UP, DOWN] = [
  [-1, 0],
  [1, 0],
  [0, -1],
  [0, 1],
];
const next = (row, direction, isVisible = () => true) => nextPoint(POINTS, SCALES, row, direction, isVisible);

test("an arrow leads to the nearest text in its direction", () => {
  assert.equal(next(0, RIGHT), 1);
  assert.equal(next(1, RIGHT), 2);
  assert.equal(next(0, LEFT), 3);
  assert.equal(next(0, UP), 4);
  assert.equal(next(0, DOWN), 5);
});

test("where there is none in that direction there is nowhere to go", () => {
  assert.equal(next(3, LEFT), null);
  assert.equal(next(4, UP), null);
});

test("what is hidden is passed over, and so is what lies more across than along", () => {
  assert.equal(
    next(0, RIGHT, (row) => row !== 1),
    2,
  );
  assert.equal(
    nextPoint(Float32Array.of(0, 0, 1, 3), SCALES, 0, RIGHT, () => true),
    null,
  );
});

test("texts at the very same place are in no direction, and a text without a place neither", () => {
  assert.equal(
    nextPoint(Float32Array.of(0, 0, 0, 0, NaN, NaN), SCALES, 0, RIGHT, () => true),
    null,
  );
});

test("nearer is around the middle or a place, and no farther than the whole map", () => {
  const whole = { x: [0, 100], y: [0, 50] };
  assert.deepEqual(nearer(whole, whole, 2, null), { x: [25, 75], y: [12.5, 37.5] });
  assert.deepEqual(nearer(whole, whole, 2, [10, 10]), { x: [-15, 35], y: [-2.5, 22.5] });
  assert.deepEqual(nearer({ x: [25, 75], y: [12.5, 37.5] }, whole, 0.1, null), whole);
  const closest = nearer(whole, whole, 1e9, [50, 25]);
  assert.ok(closest.x[1] - closest.x[0] >= 2);
});
