import assert from "node:assert/strict";
import { test } from "node:test";

import { tabName, thisTab } from "../../gst_core/ui/map_component/tab.js";

function storage() {
  const kept = new Map();
  return { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => kept.set(key, value) };
}

test("a tab keeps its name, and has another one than others", () => {
  const [one, other] = [storage(), storage()];
  assert.match(tabName(one), /^[0-9a-f]{32}$/);
  assert.equal(tabName(one), tabName(one));
  assert.notEqual(tabName(one), tabName(other));
});

test("a browser that keeps nothing has no name for a tab", () => {
  assert.equal(thisTab(), "");
});
