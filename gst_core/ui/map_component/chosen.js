// Which texts of a corpus are selected in this browser. The map and the table of texts choose for each other, before the
// server has heard of it; the map tells the server.

/** @typedef {"map" | "table" | "server"} By who chose */
/** @typedef {(key: string, rows: number[], by: By) => void} Listener */

export class Chosen {
  /** @type {Map<string, number[]>} */
  #rows = new Map();
  /** @type {Set<Listener>} */
  #listeners = new Set();

  /** @param {string} key of the corpus in the store of documents */
  get(key) {
    return this.#rows.get(key) ?? [];
  }

  /**
   * @param {string} key
   * @param {number[]} rows in the order in which they were chosen
   * @param {By} by
   */
  set(key, rows, by) {
    this.#rows.set(key, rows);
    for (const listener of [...this.#listeners]) listener(key, rows, by);
  }

  /**
   * Have a listener hear of each choice. Returns how to end that.
   * @param {Listener} listener
   */
  onChange(listener) {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }
}

export const chosen = new Chosen();

/**
 * Have a map show what is selected elsewhere, and tell the server what is in the table, which does not speak for itself.
 * A map that is off the page tells nothing: there is another one, which does. Returns how to end that.
 * @param {Pick<import("./text_map.js").TextMap, "model" | "figure" | "select">} map
 */
export function follow(map) {
  return chosen.onChange((key, rows, by) => {
    const { model } = map;
    if (model.isEmpty || key !== model.data.documents || rows === model.selected) return;
    if (by === "table" && map.figure.isSeen) {
      map.select(rows, by);
      return;
    }
    model.selected = rows;
    if (map.figure.isSeen) map.figure.mark(); // else as soon as it comes back to the page
  });
}
