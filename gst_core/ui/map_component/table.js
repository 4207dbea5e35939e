// The component that Streamlit mounts: the table of texts in its place.

import { TextTable } from "./text_table.js";

/** @import { Component, TableData } from "./types.js" */

/** @type {WeakMap<Element, TextTable>} */
const tables = new WeakMap();

/** @param {Component<TableData>} component */
export default function showTable(component) {
  const root = /** @type {HTMLElement} */ (component.parentElement.querySelector(".gst-texts"));
  const table = tables.get(root) ?? new TextTable(root);
  tables.set(root, table);
  table.component = component;
  table.onData(component.data);
  return () => {
    // Streamlit also cleans up after a call that a newer one has overtaken.
    if (table.component !== component || tables.get(root) !== table) return;
    tables.delete(root);
    table.end();
  };
}
