import assert from "node:assert/strict";
import { test } from "node:test";

import { meaningOf } from "../../gst_core/ui/map_component/keys.js";

const MAP = { selected: [], hovered: null, suggested: [7, 8], classes: 3 };
const press = (key, map = {}, held = {}) => meaningOf({ key, ...held }, { ...MAP, ...map });

test("a number labels what is selected, else what is under the mouse, else the first that is suggested", () => {
  assert.deepEqual(press("1", { selected: [4, 5], hovered: 0 }), { class: 0, documents: [4, 5] });
  assert.deepEqual(press("3", { hovered: 0 }), { class: 2, documents: [0] });
  assert.deepEqual(press("2"), { class: 1, documents: [7] });
  assert.equal(press("2", { suggested: [] }), null);
});

test("a number without a class does nothing", () => {
  assert.equal(press("4"), null);
  assert.equal(press("0"), null);
  assert.equal(press("1", { classes: 0 }), null);
});

test("undo and redo have the usual keys", () => {
  for (const held of [{ ctrlKey: true }, { metaKey: true }]) {
    assert.deepEqual(press("z", {}, held), { name: "undo" });
    assert.deepEqual(press("Z", {}, { ...held, shiftKey: true }), { name: "redo" });
  }
  assert.deepEqual(press("u"), { name: "undo" });
  assert.equal(press("z"), null);
});

test("other keys that are held make it another's key", () => {
  for (const held of [{ ctrlKey: true }, { metaKey: true }, { altKey: true }]) {
    for (const key of ["1", "u", "Escape"]) assert.equal(press(key, { selected: [1] }, held), null);
  }
});

test("Escape clears a selection, where there is one", () => {
  assert.equal(press("Escape", { selected: [1] }), "clear");
  assert.equal(press("Escape"), null);
});
