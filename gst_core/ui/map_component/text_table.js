// The table of texts: what goes between its rows, the map, the server and the analyst.

import { chosen } from "./chosen.js";
import { moved, selectedAfter } from "./grid.js";
import { drawHeads, widths } from "./heads.js";
import { lit } from "./lit.js";
import { documents, orders } from "./store.js";
import { TableBar } from "./table_bar.js";
import { TableRows } from "./table_rows.js";

/** @import { Component, Order, TableData } from "./types.js" */

const HTML = `
  <div class="gst-grid" role="grid" tabindex="0" aria-multiselectable="true" data-testid="texts">
    <div class="gst-heads" role="row" aria-rowindex="1"></div>
    <div class="gst-rows" role="rowgroup"></div>
  </div>
  <div class="gst-table-bar"></div>`;

/** @type {Map<string, { top: number, active: number, openRow: number | null }>} where somebody was in tables that left */
const places = new Map();

export class TextTable {
  /** @type {Component<TableData> | null} */
  component = null;
  /** @type {TableData | null} */
  data = null;
  /** Where a range begins, as a place in the order. */
  #anchor = -1;
  /** @type {TableData | null} what the server said last, though its order may not be there yet */
  #waiting = null;
  /** @type {(() => void)[]} */
  #releases = [];

  /** @param {HTMLElement} root */
  constructor(root) {
    root.innerHTML = HTML;
    /** @type {(name: string) => HTMLElement} */
    const part = (name) => /** @type {HTMLElement} */ (root.querySelector(`.gst-${name}`));
    this.grid = part("grid");
    this.heads = part("heads");
    this.rows = new TableRows(this.grid, this.heads, part("rows"));
    this.bar = new TableBar(part("table-bar"), (rows) => this.tell("copy", { rows }));
    this.resize = new ResizeObserver(() => this.rows.draw());
    this.resize.observe(this.grid);
    this.unlisten = [
      documents.onChange(() => this.rows.draw(true)), // texts have come
      lit.onChange(({ key }) => key === this.data?.documents && this.rows.mark()),
      chosen.onChange((key) => key === this.data?.documents && this.#followSelection()),
    ];
    this.#listen(part("rows"));
  }

  /** @param {HTMLElement} rows */
  #listen(rows) {
    this.grid.addEventListener("scroll", () => this.rows.draw(), { passive: true });
    this.grid.addEventListener("keydown", (event) => this.onKeyDown(event));
    rows.addEventListener("click", (event) => this.onClick(event));
    rows.addEventListener("pointerover", (event) => this.#light(indexOf(event)));
    rows.addEventListener("pointerleave", () => this.#light(-1));
  }

  end() {
    this.#waiting = null;
    if (this.data) {
      const { active, openRow } = this.rows;
      places.set(this.data.key, { top: this.grid.scrollTop, active, openRow });
      lit.set(this.data.documents, null, "table");
    }
    for (const release of [...this.#releases, ...this.unlisten]) release();
    orders.wake(); // who waits for an order sees that it need not
    this.resize.disconnect();
  }

  // --- what the server says -------------------------------------------------------------------------------------

  /** @param {TableData} data */
  async onData(data) {
    this.#waiting = data;
    this.#releases = [documents.hold(this, data.documents), orders.hold(this, data.key)];
    /** @returns {Order | null} */
    const find = () => {
      const known = orders.get(data.key);
      return known?.revision === data.revision ? known : null;
    };
    const order = await orders.when(find, () => this.#waiting !== data);
    if (order && this.#waiting === data) this.#take(data, order.rows);
  }

  /**
   * @param {TableData} data
   * @param {Int32Array} order
   */
  #take(data, order) {
    const before = this.data;
    this.data = data;
    if (order !== this.rows.order) this.#anchor = -1;
    this.rows.take(data, order, (rows) => this.component?.setTriggerValue("wanted", { rows, version: data.version }));
    this.grid.setAttribute("aria-rowcount", String(order.length + 1));
    this.grid.setAttribute("aria-colcount", String(data.columns.length + 1));
    this.grid.setAttribute("aria-label", data.title);
    const [template, least] = widths(data.columns);
    this.grid.style.setProperty("--gst-columns", template);
    this.grid.style.setProperty("--gst-least", least);
    drawHeads(this.heads, data.columns, data.sort, (key) => this.tell("sort", { key }));
    this.bar.take(data);
    this.#followSelection();
    const place = before ? undefined : places.get(data.key);
    if (place) this.rows.comeBack(place);
    const newOrder = before && (before.title !== data.title || String(before.sort) !== String(data.sort));
    if (newOrder) this.grid.scrollTop = 0;
    this.rows.draw(true);
  }

  /**
   * Ask the server for something; the moment tells one request from another.
   * @param {string} name
   * @param {object} what
   */
  tell(name, what) {
    this.component?.setTriggerValue(name, { ...what, moment: Date.now() + Math.random() });
  }

  // --- what the analyst does ------------------------------------------------------------------------------------

  get selected() {
    return this.data ? chosen.get(this.data.documents) : [];
  }

  #followSelection() {
    this.rows.selected = new Set(this.selected);
    this.rows.mark();
    this.bar.show(this.selected);
  }

  /** @param {number[]} rows */
  select(rows) {
    if (this.data) chosen.set(this.data.documents, rows, "table");
  }

  /** @param {number} index */
  #light(index) {
    if (this.data) lit.set(this.data.documents, index < 0 ? null : this.rows.order[index], "table");
  }

  /** @param {MouseEvent} event */
  onClick(event) {
    const index = indexOf(event);
    if (index < 0) return;
    this.grid.focus({ preventScroll: true });
    const target = /** @type {Element} */ (event.target);
    if (target.closest(".gst-opener")) this.toggle(index);
    else if (window.getSelection()?.isCollapsed === false)
      return; // words were drawn over, to copy them
    else this.pick(index, event.ctrlKey || event.metaKey, event.shiftKey);
  }

  /**
   * @param {number} index
   * @param {boolean} more
   * @param {boolean} range
   */
  pick(index, more, range) {
    const { order } = this.rows;
    const rows = selectedAfter(order, this.selected, { index, anchor: this.#anchor, more, range });
    if (!range || this.#anchor < 0) this.#anchor = index;
    this.rows.active = index;
    this.select(rows);
  }

  /** @param {number} index */
  toggle(index) {
    this.rows.toggle(index);
    this.rows.moveTo(index);
    this.component?.setStateValue("opened", { row: this.rows.openRow });
  }

  /** @param {KeyboardEvent} event */
  onKeyDown(event) {
    if (event.target !== this.grid) return; // headings have keys of their own
    const command = event.ctrlKey || event.metaKey;
    if (command ? !this.#hasDone(event.key) : !this.#hasMoved(event)) return; // a number key is the map's
    event.preventDefault();
    event.stopPropagation();
  }

  /** @param {string} key with Ctrl */
  #hasDone(key) {
    if (key === "a") this.select(Array.from(this.rows.order));
    else if (key === "c" && window.getSelection()?.isCollapsed !== false) this.bar.copy();
    else return false;
    return true;
  }

  /** @param {Pick<KeyboardEvent, "key" | "shiftKey">} event */
  #hasMoved({ key, shiftKey }) {
    const { active, order, page } = this.rows;
    if (active >= 0 && key === "Enter") this.toggle(active);
    else if (active >= 0 && key === " ") this.pick(active, true, false);
    else {
      const index = moved(key, active, order.length, page);
      if (index === null) return false;
      if (shiftKey && this.#anchor < 0) this.#anchor = Math.max(0, active);
      this.rows.moveTo(index);
      if (shiftKey) this.pick(index, false, true);
      else this.#anchor = index;
    }
    return true;
  }
}

/**
 * The place in the order of the row that something happened in; -1 for none.
 * @param {Event} event
 */
function indexOf({ target }) {
  const element = target instanceof Element ? target.closest("[data-index]") : null;
  return element instanceof HTMLElement ? Number(element.dataset.index) : -1;
}
