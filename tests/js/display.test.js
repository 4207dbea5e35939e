import assert from "node:assert/strict";
import { test } from "node:test";

import { Display, turnOf } from "../../gst_core/ui/map_component/display.js";

const WIDE = 16 / 10;

/** Numbers between -1 and 1 that are the same each time. */
function noise(seed) {
  let state = seed;
  return () => {
    state = (state * 16807) % 2147483647;
    return (2 * state) / 2147483647 - 1;
  };
}

/** Blobs of points: [x, y, radius, count] each. */
function blobs(...all) {
  const next = noise(7);
  const points = all.flatMap(([x, y, radius, count]) =>
    Array.from({ length: count }, () => {
      const [a, r] = [Math.PI * next(), radius * Math.sqrt(Math.abs(next()))];
      return [x + r * Math.cos(a), y + r * Math.sin(a)];
    }),
  );
  return Float32Array.from(points.flat());
}

function sizeOf(points) {
  const of = (axis) => points.filter((_, i) => i % 2 === axis);
  return [0, 1].map((axis) => Math.max(...of(axis)) - Math.min(...of(axis)));
}

/** The share of the stage's cells in which there is a point. */
function cover(points, aspect, columns = 48) {
  const [width, height] = sizeOf(points);
  const rows = Math.round(columns / aspect);
  const scale = Math.min((columns - 1) / width, (rows - 1) / height);
  const low = [0, 1].map((axis) => Math.min(...points.filter((_, i) => i % 2 === axis)));
  const cells = new Set();
  for (let i = 0; i < points.length; i += 2)
    cells.add(`${Math.floor((points[i] - low[0]) * scale)} ${Math.floor((points[i + 1] - low[1]) * scale)}`);
  return cells.size / (columns * rows);
}

const shown = (points, aspect = WIDE) => {
  const display = new Display();
  display.fit(points, aspect);
  return display.of(points);
};

test("the long side of a map lies along that of its stage", () => {
  const upright = blobs([0, 0, 1, 200], [0, 6, 1, 200], [0, 12, 1, 200]);
  const [width, height] = sizeOf(shown(upright));
  assert.ok(width > 1.5 * height, `${width} by ${height}`);
  const [across, down] = sizeOf(shown(upright, 1 / WIDE));
  assert.ok(down > 1.5 * across, "and on an upright stage it stands");
});

test("a map that is shown is turned only where it gets much larger", () => {
  const lying = blobs([0, 0, 1, 100], [6, 0, 1, 100]);
  const tilted = blobs([0, 0, 1, 100], [6, 0.3, 1, 100]);
  assert.equal(turnOf(tilted, WIDE, turnOf(lying, WIDE, null)), turnOf(lying, WIDE, null));
  const upright = blobs([0, 0, 1, 100], [0, 6, 1, 100]);
  assert.notEqual(turnOf(upright, WIDE, turnOf(lying, WIDE, null)), turnOf(lying, WIDE, null));
});

test("a map is not turned while it may not be", () => {
  const display = new Display();
  display.fit(blobs([0, 0, 1, 100], [6, 0, 1, 100]), WIDE);
  const { turn } = display;
  display.fit(blobs([0, 0, 1, 100], [0, 6, 1, 100]), WIDE, { mayTurn: false });
  assert.equal(display.turn, turn);
});

test("two tight blobs far apart use at least half as much more of the stage", () => {
  const points = blobs([0, 0, 1.2, 1000], [14, 3, 1, 1000]);
  assert.ok(
    cover(shown(points), WIDE) > 1.5 * cover(points, WIDE),
    `${cover(shown(points), WIDE)} ${cover(points, WIDE)}`,
  );
});

test("blobs stay blobs: they do not meet, and who is near stays near", () => {
  const points = blobs([0, 0, 1, 400], [5, 1, 1, 400], [2, 6, 1, 400]);
  const drawn = shown(points);
  const nearest = (all, i, k) => {
    const far = (j) => (all[2 * i] - all[2 * j]) ** 2 + (all[2 * i + 1] - all[2 * j + 1]) ** 2;
    const rows = Array.from({ length: all.length / 2 }, (_, j) => j).filter((j) => j !== i);
    return rows.sort((a, b) => far(a) - far(b)).slice(0, k);
  };
  let kept = 0;
  for (let i = 0; i < 1200; i += 24) {
    const after = nearest(drawn, i, 10);
    assert.ok(
      after.every((j) => Math.floor(j / 400) === Math.floor(i / 400)),
      "a neighbour of another blob",
    );
    kept += nearest(points, i, 10).filter((j) => after.includes(j)).length;
  }
  assert.ok(kept / 500 > 0.75, `${kept / 500} of the ten nearest`);
});

test("a place lies where a point at that place lies", () => {
  const points = blobs([0, 0, 1, 100], [5, 1, 1, 100]);
  const display = new Display();
  display.fit(points, WIDE);
  const drawn = display.of(points);
  assert.deepEqual(display.place(points[10], points[11]).map(Math.fround), [drawn[10], drawn[11]]);
});

test("the same points lie the same each time", () => {
  const points = blobs([0, 0, 1, 100], [5, 1, 1, 100]);
  assert.deepEqual(shown(points), shown(points));
});

test("no point, one, a line, and a point without a place are drawn", () => {
  for (const points of [[], [1, 2], [0, 0, 1, 1, 2, 2], [0, 0, NaN, NaN, 3, 1]]) {
    const drawn = shown(Float32Array.from(points));
    assert.equal(drawn.length, points.length);
    points.forEach((value, i) => assert.equal(Number.isNaN(drawn[i]), Number.isNaN(value)));
  }
});
