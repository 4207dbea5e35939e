import assert from "node:assert/strict";
import { test } from "node:test";

import keepOrder, { readOrder } from "../../gst_core/ui/map_component/orders.js";
import { orders } from "../../gst_core/ui/map_component/store.js";

/** What order_payload of contract.py writes. */
function payload(key, revision, rows) {
  const name = new TextEncoder().encode(key);
  const bytes = new Uint8Array(8 + Math.ceil(name.length / 4) * 4 + 4 * rows.length);
  new Uint32Array(bytes.buffer, 0, 2).set([revision, name.length]);
  bytes.set(name, 8);
  bytes.set(new Uint8Array(Int32Array.from(rows).buffer), bytes.length - 4 * rows.length);
  return bytes;
}

test("an order is read as it was written", () => {
  const read = readOrder(payload("Straße ☂", 4_000_000_000, [5, 0, 99_999]));
  assert.deepEqual(read, { key: "Straße ☂", revision: 4_000_000_000, rows: Int32Array.of(5, 0, 99_999) });
  assert.deepEqual(readOrder(payload("table", 1, [])).rows, new Int32Array());
});

test("an order is kept while its component is on the page", () => {
  const leave = keepOrder({ data: payload("table", 3, [2, 1]), parentElement: {} });
  assert.deepEqual(orders.get("table"), { revision: 3, rows: Int32Array.of(2, 1) });
  leave();
  assert.equal(orders.get("table"), undefined);
});
