// What hovers show. The texts of a small corpus come at once; those of a large one when they are looked at, the text that
// is pointed at with those around it, so that the next one is there already.

import { documents } from "./store.js";

/** @import { Component, Documents, DocumentsData, Mark } from "./types.js" */

const KEPT = 20_000; // texts; older ones go, and come again when they are looked at
const PATIENCE = 3_000; // milliseconds until a request counts as lost: one made while the page runs may be
const TRIES = 20; // of a request, and then the page is busy for good

export class Texts {
  /** @type {Map<number, { text: string, facts: [name: string, value: string][], marks: Mark[] }>} */
  #known = new Map();
  /** @type {number[]} rows that were asked for and have not come */
  #asked = [];
  #askedAt = 0;
  /** @type {number[]} rows that are wanted next */
  #next = [];
  /** @type {(rows: number[]) => void} */
  ask = () => {};
  /** @type {(again: () => void) => void} */
  later = (again) => void setTimeout(again, PATIENCE);

  /** @param {number} row */
  get(row) {
    return this.#known.get(row);
  }

  /**
   * Take what the server sent.
   * @param {DocumentsData} data
   */
  take({ rows, texts, metadata, marks }) {
    const names = Object.keys(metadata);
    rows.forEach((row, i) => {
      const facts = names.map((name) => /** @type {[string, string]} */ ([name, metadata[name][i]]));
      this.#known.set(row, { text: texts[i], facts, marks: marks?.[i] ?? [] });
    });
    for (const row of this.#known.keys()) {
      if (this.#known.size <= Math.max(KEPT, rows.length)) break;
      this.#known.delete(row);
    }
    if (this.#asked.every((row) => this.#known.has(row))) this.#asked = [];
    if (!this.#asked.length && this.#next.length) this.want(this.#next);
  }

  /**
   * Have the texts of rows come, in one request at a time; of several that wait only the latest is sent.
   * @param {number[]} rows
   * @param {number} [now] in milliseconds
   */
  want(rows, now = Date.now()) {
    const missing = rows.filter((row) => !this.#known.has(row));
    this.#next = [];
    if (!missing.length) return;
    if (this.#asked.length && now - this.#askedAt < PATIENCE) {
      if (!missing.every((row) => this.#asked.includes(row))) this.#next = missing;
      return;
    }
    this.#send(missing, now, TRIES);
  }

  /**
   * Ask for the texts of rows, and once more while they do not come and nothing else is asked for.
   * @param {number[]} rows
   * @param {number} now
   * @param {number} tries
   */
  #send(rows, now, tries) {
    this.#asked = rows;
    this.#askedAt = now;
    this.ask(rows);
    this.later(() => {
      if (this.#asked === rows && tries > 1) this.#send([...rows], Date.now(), tries - 1);
    });
  }
}

/** @param {Component<DocumentsData>} component */
export default function keepDocuments({ data, parentElement, setTriggerValue }) {
  /** @type {Documents} */
  const texts = documents.get(data.key) ?? new Texts();
  texts.ask = (rows) => setTriggerValue("wanted", { rows });
  texts.take(data);
  return documents.put(parentElement, data.key, texts);
}
