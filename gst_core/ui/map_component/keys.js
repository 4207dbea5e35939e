// Keys: a number labels, u and Ctrl+Z undo, Escape clears the selection, m goes to the map, ? shows all keys.

/** @import { Press } from "./types.js" */
/** @import { Model } from "./model.js" */

const FIELDS = "input, textarea, select, [contenteditable=true], [role=dialog]";

/** @type {Record<string, Press | "keys" | "map">} */
const PLAIN = { u: { name: "undo" }, "?": "keys", m: "map" };

/** @typedef {Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey">} Key */
/** @typedef {{ selected: number[], classes: number }} State of the map */

/**
 * What a number key labels: what is selected, and nothing that nobody chose.
 * @param {number} number
 * @param {State} map
 * @returns {Press | "unselected" | null}
 */
function labelOf(number, { selected, classes }) {
  if (number > classes) return null;
  return selected.length ? { class: number - 1, documents: selected } : "unselected";
}

/**
 * What a key asks for, or null.
 * @param {Key} event
 * @param {State} map
 * @returns {Press | "clear" | "unselected" | "keys" | "map" | null}
 */
export function meaningOf(event, map) {
  const command = event.ctrlKey || event.metaKey;
  if (command && event.key.toLowerCase() === "z") return { name: event.shiftKey ? "redo" : "undo" };
  if (command || event.altKey) return null;
  if (event.key === "Escape") return map.selected.length ? "clear" : null;
  if (Object.hasOwn(PLAIN, event.key)) return PLAIN[event.key];
  return /^[1-9]$/.test(event.key) ? labelOf(Number(event.key), map) : null;
}

/**
 * Whether a key goes to a field, or to a dialog that lies over the map.
 * @param {Event} event
 */
function isTyping({ target }) {
  return target instanceof Element && target.closest(FIELDS) !== null;
}

export class Keys {
  /**
   * @param {Model} model
   * @param {{
   *   isSeen(): boolean,
   *   onClear(): void,
   *   onUnselected(): void,
   *   onPress(press: Press): void,
   *   onKeys(): void,
   *   onMap(): void,
   * }} map
   */
  constructor(model, map) {
    this.model = model;
    this.map = map;
    this.onKeyDown = this.onKeyDown.bind(this);
    document.addEventListener("keydown", this.onKeyDown);
  }

  /** @param {KeyboardEvent} event */
  onKeyDown(event) {
    const { data, selected } = this.model;
    if (isTyping(event) || this.model.isEmpty || !this.map.isSeen()) return;
    const meaning = meaningOf(event, { selected, classes: data.classes.length });
    if (!meaning) return;
    if (event.ctrlKey || event.metaKey) event.preventDefault(); // the browser's own undo
    if (meaning === "clear") this.map.onClear();
    else if (meaning === "unselected") this.map.onUnselected();
    else if (meaning === "keys") this.map.onKeys();
    else if (meaning === "map") this.map.onMap();
    else this.map.onPress(meaning);
  }

  end() {
    document.removeEventListener("keydown", this.onKeyDown);
  }
}
