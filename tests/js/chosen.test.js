import assert from "node:assert/strict";
import { test } from "node:test";

import { Chosen, chosen, follow } from "../../gst_core/ui/map_component/chosen.js";

/** A map of a corpus, and what it told the server. */
function map(documents) {
  const told = [];
  const model = { isEmpty: false, data: { documents }, selected: [] };
  const made = { model, figure: { isSeen: true, marked: 0, mark: () => made.figure.marked++ }, told };
  made.select = (rows, by) => {
    model.selected = rows;
    told.push([rows, by]);
  };
  return made;
}

test("who listens hears of a choice until it stops to listen", () => {
  const some = new Chosen();
  const heard = [];
  const end = some.onChange((...what) => heard.push(what));
  some.set("hotel", [3, 1], "table");
  end();
  some.set("hotel", [2], "map");
  assert.deepEqual(heard, [["hotel", [3, 1], "table"]]);
  assert.deepEqual(some.get("hotel"), [2]);
  assert.deepEqual(some.get("letters"), []);
});

test("a map tells the server what was selected in the table, and shows only what was selected on another map", () => {
  const one = map("hotel");
  const end = follow(one);
  chosen.set("hotel", [4], "table");
  chosen.set("hotel", [5], "map");
  chosen.set("letters", [6], "table");
  end();
  assert.deepEqual(one.told, [[[4], "table"]]);
  assert.deepEqual(one.model.selected, [5]);
  assert.equal(one.figure.marked, 1);
});

test("a map does not hear its own choice again", () => {
  const one = map("hotel");
  const end = follow(one);
  one.model.selected = [1, 2];
  chosen.set("hotel", one.model.selected, "map");
  end();
  assert.equal(one.figure.marked, 0);
});

test("a map that waits off the page takes every choice, and neither draws it nor tells the server", () => {
  const one = map("hotel");
  one.figure.isSeen = false;
  const end = follow(one);
  chosen.set("hotel", [4], "table");
  assert.deepEqual(one.model.selected, [4]);
  chosen.set("hotel", [5], "map");
  end();
  assert.deepEqual(one.model.selected, [5]);
  assert.deepEqual(one.told, []);
  assert.equal(one.figure.marked, 0);
});
