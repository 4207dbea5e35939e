import assert from "node:assert/strict";
import { test } from "node:test";

import { CELL, crowdOf } from "../../gst_core/ui/map_component/crowd.js";
import { spread } from "../../gst_core/ui/map_component/names.js";

const STAGE = { width: 600, height: 400 };
const UNIT = { x: { zero: 0, each: 1 }, y: { zero: 0, each: 1 } };
const at = (x, y) => [x, y];
const name = (x, y, more = {}) => ({ x, y, width: 60, height: 18, ...more });

function crowd(points = [], stage = STAGE) {
  return crowdOf(Float32Array.from(points.flat()), UNIT, stage, () => true);
}

/** A round blob of points. */
function blob(x, y, radius) {
  const points = [];
  for (let dx = -radius; dx <= radius; dx += 4)
    for (let dy = -radius; dy <= radius; dy += 4)
      if (dx * dx + dy * dy <= radius * radius) points.push([x + dx, y + dy]);
  return points;
}

const boxOf = ({ corner }, { width, height }) => [corner[0], corner[1], corner[0] + width, corner[1] + height];
const inside = ([x, y], [left, top, right, bottom]) => x >= left && x <= right && y >= top && y <= bottom;

test("a crowd counts the points in each cell of the stage, and none beside it or that is hidden", () => {
  const points = Float32Array.of(1, 1, 2, 2, CELL + 1, 1, -5, 3, 9999, 3);
  const { columns, counts } = crowdOf(points, UNIT, STAGE, (row) => row !== 1);
  assert.equal(columns, STAGE.width / CELL);
  assert.equal(counts[0], 1);
  assert.equal(counts[1], 1);
  assert.equal(
    counts.reduce((sum, one) => sum + one, 0),
    2,
  );
});

test("a name lies in the middle of its spot where it covers nothing", () => {
  const [spot] = spread([name(300, 200)], at, STAGE, crowd());
  assert.deepEqual(spot, { corner: [270, 191], way: 0, far: false });
});

test("a name lies beside the points that it names, and covers none of them", () => {
  const points = blob(300, 200, 60);
  const named = name(300, 200);
  const [spot] = spread([named], at, STAGE, crowd(points));
  assert.ok(spot.far, "a line leads to it");
  assert.ok(!points.some((point) => inside(point, boxOf(spot, named))));
});

test("a name that lies well goes on lying there while another spot is hardly better", () => {
  const points = blob(300, 200, 60);
  const [first] = spread([name(300, 200)], at, STAGE, crowd(points));
  const kept = first.way + 16; // the same way, a little farther out
  const [second] = spread([name(300, 200, { kept })], at, STAGE, crowd(points));
  assert.equal(second.way, kept);
  const [third] = spread([name(300, 200, { kept: 1 })], at, STAGE, crowd(points));
  assert.notEqual(third.way, 1, "which lies on the points");
});

test("no name touches another one, and all lie on the stage, clear of the tools", () => {
  const names = Array.from({ length: 40 }, (_, i) => name(20 + ((i * 97) % 560), 10 + ((i * 61) % 380)));
  const boxes = spread(names, at, STAGE, crowd()).flatMap((spot, i) => (spot ? [boxOf(spot, names[i])] : []));
  assert.ok(boxes.length >= 5);
  boxes.forEach((a, i) => {
    assert.ok(a[0] >= 0 && a[1] >= 0 && a[2] <= STAGE.width && a[3] <= STAGE.height);
    assert.ok(!(a[0] < 190 && a[1] < 44), "not under the tools");
    assert.ok(!(a[0] < 350 && a[3] > STAGE.height - 26), "not on the note");
    for (const b of boxes.slice(i + 1)) assert.ok(a[0] >= b[2] || b[0] >= a[2] || a[1] >= b[3] || b[1] >= a[3]);
  });
});

test("few names are seen from afar, the first ones, and more when zoomed in", () => {
  const names = Array.from({ length: 30 }, (_, i) => name(60 + (i % 6) * 96, 60 + Math.floor(i / 6) * 70));
  const afar = spread(names, at, STAGE, crowd());
  assert.equal(afar.filter(Boolean).length, 6);
  assert.ok(afar.slice(0, 6).every(Boolean));
  const near = spread(names, (x, y) => [3 * (x - 400), 3 * (y - 250)], STAGE, crowd());
  assert.ok(
    near.some((spot, i) => spot && i >= 6),
    "a small group that was not named before",
  );
});

test("a name whose spot is off the stage waits, and leaves its room to others", () => {
  const places = [name(-1, 100), name(601, 100), name(200, 7), name(200, 393)];
  for (const one of places) assert.deepEqual(spread([one], at, STAGE, crowd()), [null]);
});

test("a part of a group has its name once the map is enlarged, and behind the whole groups", () => {
  const names = [name(300, 200), name(100, 100, { reach: 20 })];
  const [group, part] = spread(names, at, STAGE, crowd());
  assert.ok(group);
  assert.equal(part, null);
  const enlarged = (x, y) => [x * 4 - 300, y * 4 - 300];
  assert.ok(spread([names[1]], enlarged, STAGE, crowd())[0]);
});
