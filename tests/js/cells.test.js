import assert from "node:assert/strict";
import test from "node:test";

import { tableOf } from "../../gst_core/ui/map_component/cells.js";

class Node {
  constructor(kind) {
    this.kind = kind;
    this.children = [];
    this.attributes = {};
    this.style = { setProperty: (name, value) => (this.attributes[name] = value) };
  }
  append(...nodes) {
    this.children.push(...nodes);
  }
  appendChild(node) {
    this.children.push(node);
    return node;
  }
  setAttribute(name, value) {
    this.attributes[name] = value;
  }
  addEventListener(_name, listener) {
    this.press = listener;
  }
  all(kind) {
    return this.children.flatMap((child) => [...(child.kind === kind ? [child] : []), ...child.all(kind)]);
  }
}

const cell = (text, meant, part = 0) => ({ text, told: `${text} texts`, part, meant });

function drawn() {
  globalThis.document = { createElement: (kind) => new Node(kind) };
  const told = [];
  const data = {
    alt: "a table",
    head: [cell("<b>x</b>", [-2, 0])],
    rows: [[cell("a", [0, -2]), cell("7", [0, 0], 1)]],
  };
  return { table: tableOf(data, (meant) => told.push(meant)), told };
}

test("each cell is a button that tells what the server has called it", () => {
  const { table, told } = drawn();
  const buttons = table.all("button");
  for (const button of buttons) button.press();
  assert.deepEqual(told, [
    [-2, 0],
    [0, -2],
    [0, 0],
  ]);
  assert.equal(buttons[2].attributes["aria-label"], "7 texts");
});

test("names are words and never markup, and a full cell has the whole shade", () => {
  const { table } = drawn();
  assert.equal(table.all("button")[0].textContent, "<b>x</b>");
  assert.equal(table.all("td").at(-1).attributes["--part"], "55%");
});
