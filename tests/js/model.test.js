import assert from "node:assert/strict";
import { test } from "node:test";

import { Model } from "../../gst_core/ui/map_component/model.js";

const packed = (array) => Buffer.from(array.buffer).toString("base64");
const POINTS = Float32Array.of(0, 0, 1, 1, 2, 2);

function kinds(codes, names = ["a", "b"]) {
  const colours = ["#ff0000", "#0000ff"];
  return { kind: "categories", values: packed(Int16Array.from(codes)), names, colours, legend: true, palest: null };
}

function said(more = {}) {
  const empty = { labelled: [], doubted: [], suggested: [], highlighted: [], selected: [], names: [], classes: [] };
  const rest = { key: "map", script: "", documents: "hotel", revision: 1, guesses: null, status: null, standing: null };
  return { ...empty, ...rest, selection: 0, colouring: kinds([0, 1, -1]), ...more };
}

function modelOf(more) {
  const model = new Model();
  model.update(said(more), POINTS);
  return model;
}

test("a new model is empty, and everything that comes first is new", () => {
  const model = new Model();
  assert.ok(model.isEmpty);
  assert.deepEqual(model.update(said(), POINTS), { newPlaces: true, newColours: true });
  assert.ok(!model.isEmpty);
  assert.deepEqual(model.colouring.values, Int16Array.of(0, 1, -1));
});

test("points that came to a map that stood are not among those that it is laid on its stage by", () => {
  assert.equal(modelOf().standing, POINTS);
  assert.deepEqual(modelOf({ standing: 2 }).standing, POINTS.subarray(0, 4));
});

test("what is said again is not new", () => {
  const model = modelOf();
  assert.deepEqual(model.update(said(), POINTS), { newPlaces: false, newColours: false });
});

test("other places and other colours are told apart", () => {
  const model = modelOf();
  assert.deepEqual(model.update(said(), POINTS.slice()), { newPlaces: true, newColours: false });
  const { points } = model;
  assert.deepEqual(model.update(said({ colouring: kinds([1, 1, 1]) }), points), { newPlaces: false, newColours: true });
  assert.deepEqual(model.colouring.values, Int16Array.of(1, 1, 1));
});

test("numbers are unpacked as floats", () => {
  const values = Float32Array.of(0.5, NaN, 1);
  const model = modelOf({ colouring: { ...kinds([]), kind: "scale", values: packed(values) } });
  assert.deepEqual(model.colouring.values, values);
});

test("another doubt is another colour where doubt is drawn, and only there", () => {
  const guessed = (...sure) => [packed(Int16Array.of(0, 1, 0)), packed(Float32Array.from(sure))];
  const pale = { ...kinds([0, 1, 0]), palest: 0.5 };
  const model = modelOf({ colouring: pale, guesses: guessed(1, 0.5, 1) });
  const [sure, unsure] = model.colours();
  assert.notEqual(sure.split(",")[3], unsure.split(",")[3]);
  assert.ok(model.update(said({ colouring: pale, guesses: guessed(1, 1, 1) }), POINTS).newColours);
  assert.equal(model.update(said({ colouring: pale, guesses: guessed(1, 1, 1) }), POINTS).newColours, false);
  const plain = modelOf({ guesses: guessed(1, 0.5, 1) });
  assert.equal(plain.update(said({ guesses: guessed(1, 1, 1) }), POINTS).newColours, false);
});

test("guesses are unpacked, and gone when there are none any more", () => {
  const [classes, probabilities] = [Int16Array.of(1, -1, 0), Float32Array.of(0.9, 0, 0.5)];
  const model = modelOf({ guesses: [packed(classes), packed(probabilities)] });
  assert.deepEqual(model.guesses, { classes, probabilities });
  model.update(said(), POINTS);
  assert.equal(model.guesses, null);
});

test("the analyst's selection stays until the server sets another one", () => {
  const model = modelOf({ selected: [1], selection: 5 });
  assert.deepEqual(model.selected, [1]);
  model.selected = [0, 2];
  model.update(said({ selected: [1], selection: 5 }), POINTS);
  assert.deepEqual(model.selected, [0, 2]);
  model.update(said({ selected: [], selection: 6 }), POINTS);
  assert.deepEqual(model.selected, []);
});

test("hidden kinds stay hidden when points change theirs, and come back with other kinds", () => {
  const model = modelOf();
  model.hidden.add(1);
  model.update(said({ colouring: kinds([1, 1, 0]) }), POINTS);
  assert.deepEqual([...model.hidden], [1]);
  assert.deepEqual(
    [0, 1, 2].map((row) => model.isVisible(row)),
    [false, false, true],
  );
  model.update(said({ colouring: kinds([1, 1, 0], ["a", "c"]) }), POINTS);
  assert.equal(model.hidden.size, 0);
});

test("nothing is hidden on a scale", () => {
  const model = modelOf({ colouring: { ...kinds([]), kind: "scale", values: packed(Float32Array.of(0, 1, 1)) } });
  model.hidden.add(1);
  assert.ok(model.isVisible(1));
});

test("there is a colour for each point, and hiding a kind changes it", () => {
  const model = modelOf();
  const before = model.colours();
  assert.equal(before.length, 3);
  model.hidden.add(0);
  const after = model.colours();
  assert.deepEqual(
    after.map((colour, row) => colour === before[row]),
    [false, true, true],
  );
});

test("rings are in the order of their traces", () => {
  const labelled = [[2, "#ff0000"]];
  const model = modelOf({ suggested: [0], highlighted: [1], labelled, selected: [1, 2], doubted: [2] });
  assert.deepEqual(model.groups(), [[0], [1], [2], [1, 2], [2]]);
  assert.deepEqual(
    model.rings(),
    [[2, 1], [0], [1], [2], [1, 2], [2]],
    "and behind them what sets rings off, once each",
  );
});

test("what does not pass the filters is faint, has no ring, and is not met", () => {
  const rings = {
    labelled: [
      [0, "#ff0000"],
      [2, "#0000ff"],
    ],
    highlighted: [0, 1],
    selected: [2],
  };
  const model = modelOf({ ...rings, shown: packed(Uint8Array.of(0b011)) });
  assert.deepEqual(
    [0, 1, 2].map((row) => model.isVisible(row)),
    [true, true, false],
  );
  assert.deepEqual(model.groups(), [[], [0, 1], [0], [], []]);
  assert.deepEqual(model.labelled, [[0, "#ff0000"]]);
  assert.equal(model.colours()[2], "rgba(130,136,143,0.14)");
  assert.ok(model.update(said({ ...rings, shown: packed(Uint8Array.of(0b111)) }), POINTS).newColours);
  assert.ok(model.update(said({ ...rings, shown: null }), POINTS).newColours);
  assert.equal(model.update(said({ ...rings, shown: null }), POINTS).newColours, false);
  assert.deepEqual(model.groups(), [[], [0, 1], [0, 2], [2], []]);
});
