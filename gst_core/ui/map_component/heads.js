// The headings of the table of texts: a click sorts by a column, a second one turns the order round.

/** @import { TableColumn } from "./types.js" */

const TEXT = { key: "text", title: "text", kind: "text" };

/** @type {Record<string, number>} pixels of a column of a kind */
const WIDTHS = { number: 80, duration: 80, date: 96, id: 120, list: 140, text: 180 };
const [USUAL, LEAST, GAP] = [112, 220, 12]; // of another kind; of the text itself; between two columns

/**
 * How wide the columns are, as CSS says it: the text takes what the others leave. And how wide they are at least.
 * @param {TableColumn[]} columns
 * @returns {[template: string, least: string]}
 */
export function widths(columns) {
  const others = columns.map(({ kind }) => WIDTHS[kind] ?? USUAL);
  const least = others.reduce((sum, width) => sum + width + GAP, LEAST);
  return [[`minmax(${LEAST}px, 1fr)`, ...others.map((width) => `${width}px`)].join(" "), `${least + GAP}px`];
}

/**
 * What a heading says of the order to those who do not see it.
 * @param {string} key
 * @param {[column: string, descending: boolean]} sort
 */
export function orderOf(key, [column, descending]) {
  if (key !== column) return "none";
  return descending ? "descending" : "ascending";
}

/**
 * Draw the headings.
 * @param {HTMLElement} element
 * @param {TableColumn[]} columns
 * @param {[column: string, descending: boolean]} sort
 * @param {(key: string) => void} onSort
 */
export function drawHeads(element, columns, sort, onSort) {
  const heads = [TEXT, ...columns].map(({ key, title, kind }) => {
    const head = document.createElement("div");
    const order = orderOf(key, sort);
    head.setAttribute("role", "columnheader");
    head.setAttribute("aria-sort", order);
    head.className = `gst-cell gst-cell-${kind}`;
    if (key === TEXT.key) {
      head.textContent = title;
      return head;
    }
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = title;
    button.title = `Sort by ${title}`;
    button.dataset.order = order;
    button.onclick = () => onSort(key);
    head.append(button);
    return head;
  });
  element.replaceChildren(...heads);
}
