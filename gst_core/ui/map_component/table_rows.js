// The rows of the table of texts. Those that are seen are on the page; their cells are asked for when they are.

import { Texts } from "./documents.js";
import { ROW, between, scrolledTo, seen, topOf } from "./grid.js";
import { lit } from "./lit.js";
import { fill } from "./row.js";
import { documents } from "./store.js";

/** @import { TableData } from "./types.js" */

const TOGETHER = 40; // rows above and below those that are seen, which are asked for with them

export class TableRows {
  /** @type {TableData | null} */
  data = null;
  /** @type {Int32Array} */
  order = new Int32Array();
  /** @type {Set<number>} texts that are selected */
  selected = new Set();
  /** Where the keys are, as a place in the order; -1 for nowhere. */
  active = -1;
  /** @type {number | null} the text that is shown whole */
  openRow = null;
  /** Pixels that it takes beyond one line. */
  #extra = 0;
  #cells = new Texts();
  #before = this.#cells;
  /** @type {Map<number, HTMLElement>} by their places in the order */
  #drawn = new Map();

  /**
   * @param {HTMLElement} grid what scrolls
   * @param {HTMLElement} heads
   * @param {HTMLElement} element
   */
  constructor(grid, heads, element) {
    this.grid = grid;
    this.heads = heads;
    this.element = element;
  }

  /**
   * Take what the server says.
   * @param {TableData} data
   * @param {Int32Array} order
   * @param {(rows: number[]) => void} ask for the cells of rows
   */
  take(data, order, ask) {
    if (order !== this.order) {
      const at = this.active < 0 ? -1 : this.order[this.active];
      this.order = order;
      this.active = order.indexOf(at);
      if (this.openRow !== null && !order.includes(this.openRow)) this.openRow = null;
    }
    if (this.data?.version !== data.version) {
      this.#before = this.#cells; // shown until the new ones have come
      this.#cells = new Texts();
    }
    this.data = data;
    this.#cells.ask = ask;
    this.#cells.take({ key: data.key, ...data.cells });
  }

  /** The open row's place in the table, and how much higher it is. */
  get open() {
    const index = this.openRow === null ? -1 : this.order.indexOf(this.openRow);
    return index < 0 ? null : { index, extra: this.#extra };
  }

  /** Pixels of the rows that are seen. */
  get height() {
    return Math.max(0, this.grid.clientHeight - this.heads.offsetHeight);
  }

  /** How many rows are seen at once. */
  get page() {
    return Math.max(1, Math.floor(this.height / ROW) - 1);
  }

  /** @param {boolean} [anew] whether rows that are there have to say something else */
  draw(anew = false) {
    if (!this.data || !this.grid.isConnected) return;
    const [first, end] = seen(this.grid.scrollTop, this.height, this.order.length, this.open);
    for (const [index, element] of this.#drawn) {
      if (index >= first && index < end) continue;
      element.remove();
      this.#drawn.delete(index);
    }
    for (let index = first; index < end; index++) {
      if (anew || !this.#drawn.has(index)) this.#drawRow(index);
    }
    this.#place();
    this.mark();
    if (end > first) this.#cells.want(between(this.order, Math.max(0, first - TOGETHER), end + TOGETHER));
  }

  /** @param {number} index */
  #drawRow(index) {
    let element = this.#drawn.get(index);
    if (!element) {
      element = document.createElement("div");
      element.setAttribute("role", "row");
      element.id = `${this.data?.key}-${index}`;
      element.dataset.index = String(index);
      this.#drawn.set(index, element);
      this.element.append(element);
    }
    const row = this.order[index];
    element.dataset.document = String(row);
    fill(element, this.data?.columns ?? [], { index, open: row === this.openRow, ...this.#said(row) });
  }

  /** @param {number} row */
  #said(row) {
    const known = this.#cells.get(row) ?? this.#before.get(row);
    return { ...this.#textOf(row, known), values: known?.facts.map(([, value]) => value) };
  }

  /**
   * The text of a row and what is marked in it: as a whole, or what is known of it.
   * @param {number} row
   * @param {ReturnType<Texts["get"]>} known
   */
  #textOf(row, known) {
    const { whole, documents: key } = /** @type {TableData} */ (this.data);
    if (row === this.openRow && whole?.[0] === row) return { text: whole[1], marks: whole[2] };
    return { text: known?.text ?? documents.get(key)?.get(row)?.text, marks: known?.marks ?? [] };
  }

  /** Lay each row where it belongs, below the open one as much lower as that is higher. */
  #place() {
    const shown = this.#drawn.get(this.open?.index ?? -1);
    if (shown) this.#extra = Math.max(0, shown.offsetHeight - ROW);
    const open = this.open;
    this.element.style.height = `${this.order.length * ROW + (open?.extra ?? 0)}px`;
    for (const [index, element] of this.#drawn) element.style.transform = `translateY(${topOf(index, open)}px)`;
  }

  /** Say of the rows that are there which are selected, pointed at, and where the keys are. */
  mark() {
    const pointed = this.data && lit.get(this.data.documents);
    for (const [index, element] of this.#drawn) {
      const row = this.order[index];
      element.setAttribute("aria-selected", String(this.selected.has(row)));
      element.classList.toggle("gst-pointed", row === pointed);
      element.classList.toggle("gst-active", index === this.active);
    }
    const there = this.#drawn.get(this.active);
    if (there) this.grid.setAttribute("aria-activedescendant", there.id);
    else this.grid.removeAttribute("aria-activedescendant");
  }

  /**
   * Show a text whole, or in one line again.
   * @param {number} index
   */
  toggle(index) {
    const row = this.order[index];
    this.openRow = this.openRow === row ? null : row;
    this.#extra = 0;
    this.draw(true);
  }

  /** @param {number} index */
  moveTo(index) {
    this.active = index;
    this.grid.scrollTop = scrolledTo(index, this.grid.scrollTop, this.height, this.open);
    this.draw();
  }

  /**
   * Go where somebody was.
   * @param {{ top: number, active: number, openRow: number | null }} place
   */
  comeBack({ top, active, openRow }) {
    this.active = Math.min(active, this.order.length - 1);
    this.openRow = openRow !== null && this.order.includes(openRow) ? openRow : null;
    this.draw(true);
    this.grid.scrollTop = top;
  }
}
