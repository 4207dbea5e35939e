import assert from "node:assert/strict";
import { test } from "node:test";

import { Lit } from "../../gst_core/ui/map_component/lit.js";

test("a row that is lit is told once, with who lit it, and so is that it is no longer", () => {
  const lit = new Lit();
  const heard = [];
  lit.onChange((change) => heard.push(change));
  lit.set("hotel", 3, "table");
  lit.set("hotel", 3, "map");
  lit.set("hotel", null, "table");
  assert.deepEqual(heard, [
    { key: "hotel", row: 3, source: "table" },
    { key: "hotel", row: null, source: "table" },
  ]);
});

test("each corpus has its own lit row", () => {
  const lit = new Lit();
  lit.set("hotel", 3, "table");
  lit.set("letters", 5, "map");
  assert.equal(lit.get("hotel"), 3);
  assert.equal(lit.get("letters"), 5);
  assert.equal(lit.get("tweets"), null);
});

test("who has left hears nothing", () => {
  const lit = new Lit();
  let heard = 0;
  const leave = lit.onChange(() => heard++);
  leave();
  lit.set("hotel", 1, "map");
  assert.equal(heard, 0);
});
