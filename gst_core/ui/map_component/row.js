// One row of the table of texts. What people, files and models have written becomes text nodes, never HTML.

/** @import { Mark, TableColumn } from "./types.js" */

const ON_ITS_WAY = "…";

/**
 * @typedef {object} Said what is known of a row
 * @property {number} index in the table, from 0
 * @property {string | undefined} text
 * @property {Mark[]} marks
 * @property {string[] | undefined} values one for each column
 * @property {boolean} open
 */

/**
 * A text in parts, each marked or not.
 * @param {string} text
 * @param {Mark[]} marks rising and apart
 * @returns {[part: string, kind: "" | "hit" | "keyword"][]}
 */
export function parts(text, marks) {
  if (!marks.length) return [[text, ""]];
  const signs = Array.from(text); // the server counts a sign beyond 16 bits as one
  /** @type {ReturnType<typeof parts>} */
  const out = [];
  let end = 0;
  for (const [from, to, kind] of marks) {
    out.push([signs.slice(end, from).join(""), ""], [signs.slice(from, to).join(""), kind]);
    end = to;
  }
  out.push([signs.slice(end).join(""), ""]);
  return out.filter(([part]) => part);
}

/**
 * @param {string} text
 * @param {Mark[]} marks
 */
function markedNodes(text, marks) {
  return parts(text, marks).map(([part, kind]) => {
    if (!kind) return document.createTextNode(part);
    const mark = document.createElement("mark");
    mark.className = `gst-${kind}`;
    mark.textContent = part;
    return mark;
  });
}

/** @param {string} kind */
function cellOf(kind) {
  const cell = document.createElement("div");
  cell.setAttribute("role", "gridcell");
  cell.className = `gst-cell gst-cell-${kind}`;
  return cell;
}

/** @param {Said} said */
function textCell({ text, marks, open }) {
  const cell = cellOf("text");
  const button = document.createElement("button");
  const icon = document.createElement("span");
  const words = document.createElement("span");
  button.type = "button";
  button.tabIndex = -1; // Enter does the same
  button.className = "gst-opener";
  button.setAttribute("aria-expanded", String(open));
  button.setAttribute("aria-label", open ? "Show one line of the text" : "Show the whole text");
  icon.className = "gst-icon";
  icon.textContent = open ? "expand_more" : "chevron_right";
  icon.setAttribute("aria-hidden", "true");
  button.append(icon);
  words.className = "gst-line";
  words.append(...markedNodes(text ?? ON_ITS_WAY, text === undefined ? [] : marks));
  cell.append(button, words);
  return cell;
}

/**
 * @param {TableColumn} column
 * @param {string | undefined} value
 */
function valueCell({ kind, colours }, value) {
  const cell = cellOf(kind);
  cell.textContent = value ?? ON_ITS_WAY;
  if (value === undefined) return cell;
  cell.title = value;
  if (Object.hasOwn(colours, value)) {
    const dot = document.createElement("span");
    dot.className = "gst-dot";
    dot.style.background = colours[value];
    cell.prepend(dot);
  }
  return cell;
}

/**
 * Fill the element of a row.
 * @param {HTMLElement} element
 * @param {TableColumn[]} columns
 * @param {Said} said
 */
export function fill(element, columns, said) {
  element.className = said.open ? "gst-text gst-open" : "gst-text";
  element.setAttribute("aria-rowindex", String(said.index + 2)); // the headings are the first
  element.replaceChildren(textCell(said), ...columns.map((column, i) => valueCell(column, said.values?.[i])));
}
