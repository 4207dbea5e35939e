import assert from "node:assert/strict";
import { test } from "node:test";

import {
  anchorOf,
  between,
  binAt,
  listed,
  movedByKey,
  rangeOf,
  wordsOf,
} from "../../gst_core/ui/map_component/filter_model.js";

const FACET = { edges: [0, 10, 20, 30, 40], starts: ["0", "10", "20", "30"], ends: ["9", "19", "29", "39"] };

test("a place is in the bin below it, and beyond the edges in the outer ones", () => {
  assert.deepEqual(
    [-5, 0, 24, 25, 99, 130].map((x) => binAt(x, 100, 4)),
    [0, 0, 0, 1, 3, 3],
  );
});

test("a press near an end of the range drags that end, and anywhere else begins a new range", () => {
  assert.equal(anchorOf(26, 100, 4, [1, 3]), 2); // the first end moves, the last bin stays
  assert.equal(anchorOf(74, 100, 4, [1, 3]), 1);
  assert.equal(anchorOf(50, 100, 4, [0, 4]), 2);
  assert.equal(anchorOf(50, 100, 4, null), 2);
});

test("a drag goes in either direction and holds both its bins", () => {
  assert.deepEqual(between(2, 3), [2, 4]);
  assert.deepEqual(between(2, 0), [0, 3]);
  assert.deepEqual(between(2, 2), [2, 3]);
});

test("arrow keys move an end by a bin, and no end passes the other", () => {
  assert.deepEqual(movedByKey("ArrowRight", 0, null, 4), [1, 4]);
  assert.deepEqual(movedByKey("ArrowRight", 0, [3, 4], 4), [3, 4]);
  assert.deepEqual(movedByKey("ArrowLeft", 1, [1, 3], 4), [1, 2]);
  assert.deepEqual(movedByKey("ArrowLeft", 1, [1, 2], 4), [1, 2]);
  assert.deepEqual(movedByKey("End", 1, [1, 2], 4), [1, 4]);
  assert.deepEqual(movedByKey("Home", 0, [2, 4], 4), [0, 4]);
});

test("Delete and Escape take the range away, and other keys are left to the page", () => {
  assert.equal(movedByKey("Delete", 0, [1, 2], 4), null);
  assert.equal(movedByKey("Escape", 1, [1, 2], 4), null);
  assert.equal(movedByKey("Escape", 1, null, 4), undefined);
  assert.equal(movedByKey("Tab", 0, [1, 2], 4), undefined);
});

test("the server's numbers are the bins that hold them, whoever wrote them", () => {
  assert.equal(rangeOf({ ...FACET, low: null, high: null }), null);
  assert.deepEqual(rangeOf({ ...FACET, low: 10, high: 30 }), [1, 3]);
  assert.deepEqual(rangeOf({ ...FACET, low: 12, high: null }), [1, 4]);
  assert.deepEqual(rangeOf({ ...FACET, low: null, high: 12 }), [0, 2]);
  assert.deepEqual(rangeOf({ ...FACET, low: 500, high: 600 }), [3, 4]);
  assert.deepEqual(rangeOf({ ...FACET, low: -9, high: -5 }), [0, 1]);
});

test("a range is called by its first and its last value", () => {
  assert.equal(wordsOf(FACET, [1, 3]), "10 – 29");
  assert.equal(wordsOf(FACET, null), "0 – 39");
  assert.equal(wordsOf({ starts: ["1", "2"], ends: ["1", "2"] }, [1, 2]), "2");
});

test("a long tail is folded, though what is chosen in it is listed, and a search looks through all of it", () => {
  const values = Array.from({ length: 20 }, (_, i) => ({ name: `Value ${i}`, chosen: i === 15 }));
  const facet = { values, more: 100 };
  const names = (found) => found.map((value) => value.name);
  const short = listed(facet, false, "");
  assert.deepEqual(
    names(short.found),
    [0, 1, 2, 3, 4, 5, 6, 7, 15].map((i) => `Value ${i}`),
  );
  assert.equal(short.others, 111);
  assert.equal(listed(facet, true, "").found.length, 20);
  assert.deepEqual(names(listed(facet, true, " vALUE 1").found).slice(0, 2), ["Value 1", "Value 10"]);
  assert.equal(listed({ values: values.slice(0, 8), more: 0 }, false, "").foldable, false);
});
