// A small table whose cells can be clicked, or reached and pressed by keyboard; each is shaded by how much it holds.

/** @import { Cell, CellsData, Component } from "./types.js" */

const DARKEST = 55; // percent of the page's own colour, on which its letters can still be read

/**
 * @param {string} kind
 * @param {string} text
 */
function element(kind, text) {
  const made = document.createElement(kind);
  made.textContent = text;
  return made;
}

/**
 * @param {string} kind
 * @param {Cell} cell
 * @param {(meant: number[]) => void} tell
 */
function pressable(kind, { text, told, part, meant }, tell) {
  const made = document.createElement(kind);
  const button = element("button", text);
  button.title = told;
  button.setAttribute("aria-label", told);
  button.addEventListener("click", () => tell(meant));
  if (part > 0) made.style.setProperty("--part", `${Math.round(part * DARKEST)}%`);
  made.append(button);
  return made;
}

/**
 * The table of what the server has sent.
 * @param {CellsData} data
 * @param {(meant: number[]) => void} tell
 */
export function tableOf({ alt, head, rows }, tell) {
  const table = document.createElement("table");
  table.append(element("caption", alt));
  const top = table.appendChild(document.createElement("thead")).appendChild(document.createElement("tr"));
  top.append(document.createElement("td"), ...head.map((cell) => pressable("th", cell, tell)));
  const body = table.appendChild(document.createElement("tbody"));
  for (const [name, ...cells] of rows) {
    const line = body.appendChild(document.createElement("tr"));
    line.append(pressable("th", name, tell), ...cells.map((cell) => pressable("td", cell, tell)));
  }
  return table;
}

/** @type {WeakMap<Element, Component<CellsData>>} how each table speaks to the server now */
const speakers = new WeakMap();

/** @type {WeakMap<Element, string>} what each element shows, so that a table that stays keeps the keyboard's place */
const shown = new WeakMap();

/** @param {Component<CellsData>} component */
export default function showCells(component) {
  const root = /** @type {HTMLElement} */ (component.parentElement.querySelector(".gst-cells"));
  const now = JSON.stringify(component.data);
  speakers.set(root, component);
  if (shown.get(root) === now) return;
  shown.set(root, now);
  const tell = (/** @type {number[]} */ meant) =>
    speakers.get(root)?.setTriggerValue("clicked", { meant, moment: Date.now() + Math.random() });
  root.replaceChildren(tableOf(component.data, tell));
}
