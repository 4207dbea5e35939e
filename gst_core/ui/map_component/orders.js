// Keeps which texts a table lists, in which order. They come as bytes, beside what the table says of a few of them.

import { headOf } from "./positions.js";
import { orders } from "./store.js";

/**
 * Read what `order_payload` of contract.py wrote.
 * @param {Uint8Array} bytes
 */
export function readOrder(bytes) {
  const { key, revision, start } = headOf(bytes);
  return { key, revision, rows: new Int32Array(bytes.slice(start).buffer) };
}

/** @param {import("./types.js").Component<Uint8Array>} component */
export default function keepOrder({ data, parentElement }) {
  const { key, revision, rows } = readOrder(data);
  return orders.put(parentElement, key, { revision, rows });
}
