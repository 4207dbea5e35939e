import assert from "node:assert/strict";
import { test } from "node:test";

import * as drawing from "../../gst_core/ui/map_component/drawing.js";

const { frameOf, mix, pointColours, willDo } = drawing;
const packed = (array) => Buffer.from(array.buffer).toString("base64");
const NOTHING_HIDDEN = new Set();

function byKind(values, more = {}) {
  const names = ["a", "b"];
  const colours = ["#ff0000", "#0000ff"];
  return { kind: "categories", values: Int16Array.from(values), names, colours, legend: true, palest: null, ...more };
}

function onScale(values) {
  const colours = ["#000000", "#808080", "#ffffff"];
  return { ...byKind([]), kind: "scale", values: Float32Array.from(values), names: ["low", "high"], colours };
}

test("arrays come back from base64 as they were", () => {
  const numbers = Float32Array.of(0, -1.5, NaN, 3e38);
  assert.deepEqual(drawing.floats(packed(numbers)), numbers);
  const codes = Int16Array.of(-1, 0, 32767, -32768);
  assert.deepEqual(drawing.shorts(packed(codes)), codes);
  assert.equal(drawing.floats("").length, 0);
  assert.deepEqual(drawing.bits(packed(Uint8Array.of(0b101, 0b10)), 10), Uint8Array.of(1, 0, 1, 0, 0, 0, 0, 0, 0, 1));
});

test("a colour is read from its six digits", () => {
  assert.deepEqual(drawing.rgb("#0a10ff"), [10, 16, 255]);
});

test("kinds have their colours, and what is of no kind is grey and paler", () => {
  const colours = pointColours(byKind([0, 1, -1]), NOTHING_HIDDEN, 0.8, "#999999");
  assert.deepEqual(colours, ["rgba(255,0,0,0.80)", "rgba(0,0,255,0.80)", "rgba(153,153,153,0.44)"]);
});

test("what the legend hides is a hint of itself, what is of no kind as well", () => {
  const colours = pointColours(byKind([0, 1, -1]), new Set([1, -1]), 0.8, "#999999");
  assert.deepEqual(colours, ["rgba(255,0,0,0.80)", "rgba(0,0,255,0.03)", "rgba(153,153,153,0.03)"]);
});

test("a scale runs from its first stop to its last, and a point without a value is grey", () => {
  const colours = pointColours(onScale([0, 0.5, 1, NaN]), NOTHING_HIDDEN, 1, "#999999");
  assert.deepEqual(colours, [
    "rgba(0,0,0,1.00)",
    "rgba(128,128,128,1.00)",
    "rgba(255,255,255,1.00)",
    "rgba(153,153,153,0.55)",
  ]);
});

test("the legend of kinds hides nothing on a scale", () => {
  assert.deepEqual(pointColours(onScale([0]), new Set([0]), 1, "#999999"), ["rgba(0,0,0,1.00)"]);
});

test("doubt makes a point pale, from that of a guess on, in steps of a tenth", () => {
  const sure = Float32Array.of(1, 0.76, 0.74, 0.5, 0.2);
  const colours = pointColours(byKind([0, 0, 0, 0, 0], { palest: 0.5 }), NOTHING_HIDDEN, 0.8, "#999999", sure);
  assert.deepEqual(
    colours,
    [0.8, 0.56, 0.56, 0.32, 0.32].map((alpha) => `rgba(255,0,0,${alpha.toFixed(2)})`),
  );
});

test("where nothing is known of doubt, or it is not to be seen, all points are alike", () => {
  const sure = Float32Array.of(0.5, 1);
  for (const [palest, known] of [
    [null, sure],
    [0.5, null],
  ]) {
    const colours = pointColours(byKind([0, 0], { palest }), NOTHING_HIDDEN, 0.8, "#999999", known);
    assert.deepEqual(colours, ["rgba(255,0,0,0.80)", "rgba(255,0,0,0.80)"]);
  }
});

test("points shrink and get more transparent as there are more, within bounds", () => {
  for (const look of [drawing.pointSize, drawing.pointOpacity]) {
    const seen = [1, 10, 1_000, 10_000, 100_000, 1e9].map(look);
    assert.ok(seen.every((value, i) => i === 0 || value <= seen[i - 1]));
    assert.ok(seen[1] > seen[3] && seen[3] > seen[5]);
    assert.equal(seen[0], seen[1], "a handful is as good as ten");
  }
  assert.equal(drawing.pointSize(1e9), 2.5);
  assert.equal(drawing.pointSize(1), 10);
  assert.equal(drawing.pointOpacity(1e9), 0.45);
  assert.equal(drawing.pointOpacity(1), 0.9);
});

const near = (found, wanted) => found.forEach((value, i) => assert.ok(Math.abs(value - wanted[i]) < 1e-6, `${found}`));

test("a frame holds all points with a twentieth of air, and has its top free", () => {
  const points = Float32Array.of(-10, 0, 10, 20, NaN, NaN);
  const frame = frameOf(points, 0);
  near(frame.x, [-11, 11]);
  near(frame.y, [-1, 20]);
  const below = frameOf(points, 0.25);
  near(below.x, frame.x);
  const height = below.y[1] - below.y[0];
  near([(below.y[1] - 20) / height], [0.25]);
});

test("a frame of one point has a size, and that of none is there", () => {
  const one = frameOf(Float32Array.of(3, 4), 0);
  assert.ok(one.x[0] < 3 && one.x[1] > 3 && one.y[0] < 4);
  assert.deepEqual(frameOf(new Float32Array(), 0.1), { x: [-1, 1], y: [-1, 1] });
  assert.deepEqual(frameOf(Float32Array.of(NaN, NaN), 0.1), { x: [-1, 1], y: [-1, 1] });
});

test("a union holds both frames", () => {
  const union = drawing.unionOf({ x: [0, 5], y: [-1, 1] }, { x: [2, 9], y: [-3, 0] });
  assert.deepEqual(union, { x: [0, 9], y: [-3, 1] });
});

const square = (low, high) => ({ x: [low, high], y: [low, high] });

test("no frame will not do, the same one will", () => {
  assert.equal(willDo(null, square(0, 100), 1), false);
  assert.equal(willDo(square(0, 100), square(0, 100), 0), true);
});

test("a frame that is shown may lack a little and waste a little", () => {
  const wanted = square(0, 100);
  assert.equal(willDo(square(4, 96), wanted, 0.05), true);
  assert.equal(willDo(square(6, 96), wanted, 0.05), false, "lacks too much at the left");
  assert.equal(willDo(square(4, 94), wanted, 0.05), false, "lacks too much at the right");
  assert.equal(willDo(square(-5, 105), wanted, 0.05), true);
  assert.equal(willDo(square(-7, 100), wanted, 0.05), false, "wastes too much at the left");
  assert.equal(willDo(square(0, 107), wanted, 0.05), false, "wastes too much at the right");
  assert.equal(willDo({ x: [0, 100], y: [-7, 100] }, wanted, 0.05), false, "wastes too much below");
});

test("the top of a frame has a measure of its own", () => {
  const shown = { x: [0, 100], y: [0, 98] };
  assert.equal(willDo(shown, square(0, 100), 0.05), true);
  assert.equal(willDo(shown, square(0, 100), 0.05, 0), false);
  assert.equal(willDo({ x: [0, 98], y: [0, 100] }, square(0, 100), 0.05, 0), true, "only the top");
});

test("a flight begins where points are, is quicker at first, and ends where they belong", () => {
  const [from, to] = [Float32Array.of(0, 10), Float32Array.of(100, -10)];
  const at = (part) => Array.from(mix(from, to, part, new Float32Array(2)));
  assert.deepEqual(at(0), [0, 10]);
  assert.deepEqual(at(0.5), [75, -5]);
  assert.deepEqual(at(1), [100, -10]);
});

test("a point that had no place before is where it belongs from the start", () => {
  const out = mix(Float32Array.of(NaN, NaN, 0, 0), Float32Array.of(3, 4, 1, 1), 0, new Float32Array(4));
  assert.deepEqual(Array.from(out), [3, 4, 0, 0]);
});

test("columns and pairs are taken from all points or from some", () => {
  const points = Float32Array.of(0, 1, 2, 3, 4, 5);
  assert.deepEqual(drawing.column(points, 0), Float32Array.of(0, 2, 4));
  assert.deepEqual(drawing.column(points, 1, null), Float32Array.of(1, 3, 5));
  assert.deepEqual(drawing.column(points, 1, [2, 0]), [5, 1]);
  assert.deepEqual(drawing.column(points, 1, []), []);
  assert.deepEqual(drawing.pairs(points, [2, 0]), Float32Array.of(4, 5, 0, 1));
});

const SCALES = { x: { zero: 100, each: 10 }, y: { zero: 100, each: -10 } }; // y grows upwards

function nearest(points, place, { reach = 12, isVisible = () => true } = {}) {
  return drawing.nearestPoint(Float32Array.from(points), SCALES, place, reach, isVisible);
}

test("the nearest point within reach is found, in pixels", () => {
  const points = [0, 0, 1, 1, 5, 5];
  assert.equal(nearest(points, [102, 99]), 0);
  assert.equal(nearest(points, [109, 91]), 1, "up is less");
  assert.equal(nearest(points, [112, 90]), 1);
  assert.equal(nearest(points, [130, 70]), null);
  assert.equal(nearest([], [100, 100]), null);
});

test("a point at the very end of the reach is found, one further is not", () => {
  assert.equal(nearest([0, 0], [112, 100]), 0);
  assert.equal(nearest([0, 0], [112.5, 100]), null);
});

test("of several points at one place the topmost is found, which is drawn last, unless it is hidden", () => {
  assert.equal(nearest([0, 0, 0, 0], [100, 100]), 1);
  assert.equal(nearest([0, 0, 0, 0], [100, 100], { isVisible: (row) => row === 0 }), 0);
  assert.equal(nearest([NaN, NaN], [100, 100]), null);
});

test("a tooltip is at the right of its point, or where there is room", () => {
  const [box, stage] = [
    { width: 100, height: 40 },
    { width: 500, height: 300 },
  ];
  assert.deepEqual(drawing.besidePoint([50, 150], box, stage), [64, 130]);
  assert.deepEqual(drawing.besidePoint([450, 150], box, stage), [336, 130]);
  assert.deepEqual(drawing.besidePoint([50, 5], box, stage), [64, 4]);
  assert.deepEqual(drawing.besidePoint([50, 299], box, stage), [64, 256]);
  assert.deepEqual(drawing.besidePoint([90, 150], { width: 480, height: 40 }, stage)[0], 4);
});

test("some of the points around one are found, and not itself", () => {
  const positions = Float32Array.of(0, 0, 1, 0, 0, 2, 9, 9);
  const scales = { x: { zero: 0, each: 10 }, y: { zero: 0, each: -10 } };
  assert.deepEqual(drawing.around(positions, scales, 0, 25, 10), [1, 2]);
  assert.deepEqual(drawing.around(positions, scales, 0, 25, 1), [1]);
});
