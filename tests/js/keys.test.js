import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";

import { Keys, TOGETHER, TypedKey, labelOf, meaningOf } from "../../gst_core/ui/map_component/keys.js";

const MAP = { selected: [], keys: ["1", "2", "g"] };
const press = (key, map = {}, held = {}) => meaningOf({ key, ...held }, { ...MAP, ...map });

test("a class' key labels what is selected, and nothing that nobody chose", () => {
  assert.deepEqual(labelOf("1", { ...MAP, selected: [4, 5] }), { class: 0, documents: [4, 5] });
  assert.deepEqual(labelOf("g", { ...MAP, selected: [4] }), { class: 2, documents: [4] });
  assert.equal(labelOf("2", MAP), "unselected");
});

test("a key that no class has does nothing", () => {
  for (const key of ["4", "0", "3"]) assert.equal(labelOf(key, { ...MAP, selected: [1] }), null);
  assert.equal(labelOf("1", { selected: [1], keys: [] }), null);
});

const typedKeys = (signs, keys, wait = 0) => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const found = [];
  const typed = new TypedKey((key) => found.push(key));
  for (const sign of signs) {
    typed.take(sign, keys);
    mock.timers.tick(wait);
  }
  const atOnce = [...found];
  mock.timers.tick(TOGETHER);
  mock.timers.reset();
  return [atOnce, found];
};
const MANY = ["1", "2", "g", "10", "12"];

test("two digits that are typed quickly are one key, and slowly two", () => {
  assert.deepEqual(typedKeys("12", MANY), [["12"], ["12"]]);
  assert.deepEqual(typedKeys("12", MANY, TOGETHER), [
    ["1", "2"],
    ["1", "2"],
  ]);
});

test("a digit waits only where a longer key begins with it", () => {
  assert.deepEqual(typedKeys("1", MANY), [[], ["1"]]);
  assert.deepEqual(typedKeys("2", MANY), [["2"], ["2"]]);
  assert.deepEqual(typedKeys("1", ["1", "2"]), [["1"], ["1"]]);
});

test("a sign that does not go on with what was typed ends it and begins anew", () => {
  assert.deepEqual(typedKeys("1g", MANY), [
    ["1", "g"],
    ["1", "g"],
  ]);
  assert.deepEqual(typedKeys("19", MANY), [["1"], ["1"]]);
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
  const data = { classes: [["glad", "#00ff00", "1"]] };
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
