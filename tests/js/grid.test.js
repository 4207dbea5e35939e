import assert from "node:assert/strict";
import { test } from "node:test";

import { ROW, between, moved, scrolledTo, seen, selectedAfter, topOf } from "../../gst_core/ui/map_component/grid.js";

const ORDER = Int32Array.of(7, 3, 9, 1, 5);
const click = (index, more = {}) => ({ index, anchor: -1, more: false, range: false, ...more });

test("of a hundred thousand rows only those that are seen and a few more are drawn", () => {
  const [first, end] = seen(50_000 * ROW, 10 * ROW, 100_000, null);
  assert.ok(first <= 50_000 && end >= 50_010);
  assert.ok(end - first < 40);
  assert.deepEqual(seen(0, 10 * ROW, 3, null), [0, 3]);
  assert.deepEqual(seen(0, 10 * ROW, 0, null), [0, 0]);
});

test("every row that lies in what is seen is drawn, whichever row is open and however far one scrolled", () => {
  const total = 60;
  for (const open of [null, { index: 0, extra: 500 }, { index: 20, extra: 91 }, { index: 59, extra: 40 }]) {
    for (let top = 0; top < total * ROW + 500; top += 17) {
      const [first, end] = seen(top, 200, total, open);
      for (let index = 0; index < total; index++) {
        const from = topOf(index, open);
        const to = from + ROW + (open?.index === index ? open.extra : 0);
        if (to > top && from < top + 200) assert.ok(index >= first && index < end, `${index} at ${top}`);
      }
    }
  }
});

test("rows below the open one lie lower", () => {
  const open = { index: 2, extra: 100 };
  assert.equal(topOf(2, open), 2 * ROW);
  assert.equal(topOf(3, open), 3 * ROW + 100);
});

test("one scrolls to a row only if it is not seen, and no farther than needed", () => {
  assert.equal(scrolledTo(5, 0, 10 * ROW, null), 0);
  assert.equal(scrolledTo(12, 0, 10 * ROW, null), 3 * ROW);
  assert.equal(scrolledTo(1, 5 * ROW, 10 * ROW, null), ROW);
  assert.equal(scrolledTo(4, 0, 3 * ROW, { index: 4, extra: 900 }), 4 * ROW, "a long text begins at the top");
});

test("arrows go one row, pages go a page, and no key leaves the table", () => {
  assert.equal(moved("ArrowDown", -1, 9, 4), 0);
  assert.equal(moved("ArrowUp", 0, 9, 4), 0);
  assert.equal(moved("PageDown", 7, 9, 4), 8);
  assert.equal(moved("Home", 7, 9, 4), 0);
  assert.equal(moved("End", 2, 9, 4), 8);
  assert.equal(moved("x", 2, 9, 4), null);
  assert.equal(moved("ArrowDown", -1, 0, 4), null);
});

test("a click selects its text, with Ctrl one more or less, with Shift all on the way", () => {
  assert.deepEqual(selectedAfter(ORDER, [3], click(2)), [9]);
  assert.deepEqual(selectedAfter(ORDER, [3], click(2, { more: true })), [3, 9]);
  assert.deepEqual(selectedAfter(ORDER, [3, 9], click(2, { more: true })), [3]);
  assert.deepEqual(selectedAfter(ORDER, [3], click(3, { range: true, anchor: 1 })), [3, 9, 1]);
  assert.deepEqual(selectedAfter(ORDER, [3], click(0, { range: true, anchor: 1 })), [7, 3]);
  assert.deepEqual(selectedAfter(ORDER, [5], click(1, { range: true, more: true, anchor: 0 })), [5, 7, 3]);
  assert.deepEqual(selectedAfter(ORDER, [], click(2, { range: true })), [9], "from nowhere it is the text alone");
});

test("what lies between two rows stands in the table's order", () => {
  assert.deepEqual(between(ORDER, 3, 1), [3, 9, 1]);
  assert.deepEqual(between(ORDER, 3, 99), [1, 5]);
});
