import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Keys, meaningOf } from "../../gst_core/ui/map_component/keys.js";

const MAP = { selected: [], classes: 3 };
const press = (key, map = {}, held = {}) => meaningOf({ key, ...held }, { ...MAP, ...map });

test("a number labels what is selected, and nothing that nobody chose", () => {
  assert.deepEqual(press("1", { selected: [4, 5] }), { class: 0, documents: [4, 5] });
  assert.equal(press("2"), "unselected");
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

let listening;

class FakeElement {
  constructor(kind) {
    this.kind = kind;
  }

  closest(kinds) {
    return kinds.split(", ").includes(this.kind) ? this : null;
  }
}

beforeEach(() => {
  listening = null;
  globalThis.Element = FakeElement;
  globalThis.document = {
    addEventListener: (_, to) => (listening = to),
    removeEventListener: () => (listening = null),
  };
});

/** Keys of a map with one selected text, and what they did. */
function keysOf({ isEmpty = false, isSeen = true, selected = [4] } = {}) {
  const done = [];
  const data = { classes: [["glad", "#00ff00"]] };
  const map = {
    isSeen: () => isSeen,
    onClear: () => done.push("clear"),
    onUnselected: () => done.push("unselected"),
    onPress: (press) => done.push(press),
  };
  return { done, keys: new Keys({ data, selected, isEmpty }, map) };
}

function type(key, { target = new FakeElement("body"), ...held } = {}) {
  let prevented = false;
  listening({ key, target, ...held, preventDefault: () => (prevented = true) });
  return prevented;
}

test("keys do what they mean, and only undo is taken from the browser", () => {
  const { done } = keysOf();
  assert.equal(type("1"), false);
  assert.equal(type("Escape"), false);
  assert.equal(type("x"), false);
  assert.equal(type("c", { ctrlKey: true }), false);
  assert.equal(type("z", { ctrlKey: true }), true);
  assert.equal(type("z", { metaKey: true, target: {} }), true);
  const undo = { name: "undo" };
  assert.deepEqual(done, [{ class: 0, documents: [4] }, "clear", undo, undo]);
});

test("a number without a selection is answered, and labels nothing", () => {
  const { done } = keysOf({ selected: [] });
  type("1");
  assert.deepEqual(done, ["unselected"]);
});

test("keys go to a field or a dialog that has the focus", () => {
  const { done } = keysOf();
  for (const kind of ["input", "textarea", "select", "[role=dialog]"]) {
    assert.equal(type("z", { ctrlKey: true, target: new FakeElement(kind) }), false);
    type("1", { target: new FakeElement(kind) });
  }
  assert.deepEqual(done, []);
});

test("keys do nothing on a map that is empty, off the page, or at its end", () => {
  for (const state of [{ isEmpty: true }, { isSeen: false }]) {
    const { done } = keysOf(state);
    type("1");
    assert.deepEqual(done, []);
  }
  keysOf().keys.end();
  assert.equal(listening, null);
});

test("m goes to the map and the question mark shows all keys", () => {
  assert.equal(meaningOf({ key: "m" }, { selected: [], classes: 0 }), "map");
  assert.equal(meaningOf({ key: "?", shiftKey: true }, { selected: [], classes: 0 }), "keys");
  assert.equal(meaningOf({ key: "m", ctrlKey: true }, { selected: [], classes: 0 }), null);
});
