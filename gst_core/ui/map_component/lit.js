// Which text is pointed at, on the map or in a table of the same texts: each lights it in the other.

/**
 * @typedef {object} Change
 * @property {string} key of the texts, see `documents` in store.js
 * @property {number | null} row
 * @property {string} source who pointed at it, so that nobody answers himself
 */

export class Lit {
  /** @type {Map<string, number>} */
  #rows = new Map();
  /** @type {Set<(change: Change) => void>} */
  #listeners = new Set();

  /**
   * The row that is lit among the texts with this key, or null.
   * @param {string} key
   */
  get(key) {
    return this.#rows.get(key) ?? null;
  }

  /**
   * Light a row, or none.
   * @param {string} key
   * @param {number | null} row
   * @param {string} source
   */
  set(key, row, source) {
    if (this.get(key) === row) return;
    if (row === null) this.#rows.delete(key);
    else this.#rows.set(key, row);
    for (const listener of this.#listeners) listener({ key, row, source });
  }

  /**
   * Have a listener hear of each change. Returns how to end that.
   * @param {(change: Change) => void} listener
   */
  onChange(listener) {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }
}

export const lit = new Lit();
