import assert from "node:assert/strict";
import { test } from "node:test";

import { clicked } from "../../gst_core/ui/map_component/pointer.js";
import { linesOf } from "../../gst_core/ui/map_component/tooltip.js";

test("a click takes one point, with a key held down one more or one less", () => {
  assert.deepEqual(clicked([1, 2], 3, false), [3]);
  assert.deepEqual(clicked([1, 2], 1, false), [1]);
  assert.deepEqual(clicked([1, 2], 3, true), [1, 2, 3]);
  assert.deepEqual(clicked([1, 2], 1, true), [2]);
});

const KNOWN = [
  {
    text: "Fine.",
    facts: [
      ["stars", "5"],
      ["city", ""],
    ],
  },
  {
    text: "Dirty <b>room</b>",
    facts: [
      ["stars", "1"],
      ["city", "Rome"],
    ],
  },
];
const DOCUMENTS = { get: (row) => KNOWN[row] };
const data = {
  classes: [
    ["glad", "#00ff00"],
    ["angry", "#ff0000"],
  ],
};
const guesses = { classes: Int16Array.of(-1, 1), probabilities: Float32Array.of(0, 0.876) };

test("a text shows with its likeliest class and its metadata", () => {
  const wanted = [
    ["Dirty <b>room</b>", "text"],
    ["angry 88 %", "guess"],
    ["stars: 1 · city: Rome", "facts"],
  ];
  assert.deepEqual(linesOf(1, DOCUMENTS, { data, guesses }), wanted);
});

test("what is not known of a text takes no line", () => {
  assert.deepEqual(linesOf(0, DOCUMENTS, { data, guesses }), [
    ["Fine.", "text"],
    ["stars: 5", "facts"],
  ]);
  const bare = { get: () => ({ text: "Dirty <b>room</b>", facts: [] }) };
  assert.deepEqual(linesOf(1, bare, { data, guesses: null }), [["Dirty <b>room</b>", "text"]]);
});

test("a text that is on its way has a place already, and its likeliest class", () => {
  assert.deepEqual(linesOf(1, { get: () => undefined }, { data, guesses }), [
    ["…", "text"],
    ["angry 88 %", "guess"],
  ]);
});
