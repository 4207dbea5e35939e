// Keys: that of a class labels, u and Ctrl+Z undo, Escape clears the selection, m goes to the map, ? shows all keys. A
// class' key is a letter or a number, of two digits where there are many; these are typed quickly, one after the other.

/** @import { Press } from "./types.js" */
/** @import { Model } from "./model.js" */

export const TOGETHER = 500; // milliseconds within which two digits are one key
const FIELDS = "input, textarea, select, [contenteditable=true], [role=dialog]";

/** @type {Record<string, Press | "keys" | "map">} */
const PLAIN = { u: { name: "undo" }, "?": "keys", m: "map" };

/** @typedef {Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey">} Key */
/** @typedef {{ selected: number[], keys: string[] }} State of the map: what is selected, and the key of each class */

/**
 * What the key of a class labels: what is selected, and nothing that nobody chose.
 * @param {string} typed
 * @param {State} map
 * @returns {Press | "unselected" | null}
 */
export function labelOf(typed, { selected, keys }) {
  const number = keys.indexOf(typed);
  if (number < 0) return null;
  return selected.length ? { class: number, documents: selected } : "unselected";
}

/**
 * What a key asks for that is no class' own, or null.
 * @param {Key} event
 * @param {State} map
 * @returns {Press | "clear" | "keys" | "map" | null}
 */
export function meaningOf(event, map) {
  const command = event.ctrlKey || event.metaKey;
  if (command && event.key.toLowerCase() === "z") return { name: event.shiftKey ? "redo" : "undo" };
  if (command || event.altKey) return null;
  if (event.key === "Escape") return map.selected.length ? "clear" : null;
  return Object.hasOwn(PLAIN, event.key) ? PLAIN[event.key] : null;
}

/** The signs of a class' key as they are typed, one after the other. */
export class TypedKey {
  #typed = "";
  #timer = 0;

  /** @param {(typed: string) => void} onTyped called with the whole key */
  constructor(onTyped) {
    this.onTyped = onTyped;
  }

  /**
   * Take a sign; a key that is the beginning of a longer one waits for whether that is meant.
   * @param {string} sign
   * @param {string[]} keys of the classes
   */
  take(sign, keys) {
    if (this.#typed && !keys.some((key) => key.startsWith(this.#typed + sign))) this.end(true);
    const typed = this.#typed + sign;
    clearTimeout(this.#timer);
    this.#typed = "";
    if (keys.some((key) => key !== typed && key.startsWith(typed))) {
      this.#typed = typed;
      this.#timer = setTimeout(() => this.end(true), TOGETHER);
    } else if (keys.includes(typed)) this.onTyped(typed);
  }

  /** @param {boolean} meant whether what was typed so far is a whole key */
  end(meant = false) {
    clearTimeout(this.#timer);
    const typed = this.#typed;
    this.#typed = "";
    if (meant && typed) this.onTyped(typed);
  }
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
    this.typed = new TypedKey((typed) => this.do(labelOf(typed, this.state)));
    this.onKeyDown = this.onKeyDown.bind(this);
    document.addEventListener("keydown", this.onKeyDown);
  }

  /** @param {KeyboardEvent} event */
  onKeyDown(event) {
    if (isTyping(event) || this.model.isEmpty || !this.map.isSeen()) return;
    const held = event.ctrlKey || event.metaKey || event.altKey;
    const meaning = meaningOf(event, this.state);
    if (meaning && (event.ctrlKey || event.metaKey)) event.preventDefault(); // the browser's own undo
    if (meaning) this.do(meaning);
    else if (!held && /^[0-9a-z]$/i.test(event.key)) this.typed.take(event.key.toLowerCase(), this.state.keys);
  }

  /** @returns {State} */
  get state() {
    const { data, selected } = this.model;
    return { selected, keys: data.classes.map(([, , key]) => key) };
  }

  /** @param {Press | "clear" | "unselected" | "keys" | "map" | null} meaning */
  do(meaning) {
    if (meaning === "clear") this.map.onClear();
    else if (meaning === "unselected") this.map.onUnselected();
    else if (meaning === "keys") this.map.onKeys();
    else if (meaning === "map") this.map.onMap();
    else if (meaning) this.map.onPress(meaning);
  }

  end() {
    this.typed.end();
    document.removeEventListener("keydown", this.onKeyDown);
  }
}
