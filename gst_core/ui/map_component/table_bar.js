// The line under the table of texts: what is selected, the classes it can be labelled with, and a button that copies.

import { copy } from "./clipboard.js";

/** @import { TableData } from "./types.js" */

const PATIENCE = 20_000; // milliseconds until an answer counts as lost

export class TableBar {
  /** @type {TableData | null} */
  #data = null;
  /** @type {number[]} */
  #selected = [];
  /** @type {{ moment: number, done: (text: string) => void } | null} */
  #asked = null;

  /**
   * @param {HTMLElement} element
   * @param {(rows: number[]) => void} ask for the texts of rows, or of all that are listed, to copy them
   */
  constructor(element, ask) {
    this.ask = ask;
    this.status = document.createElement("span");
    this.status.setAttribute("role", "status");
    this.labels = document.createElement("span");
    this.labels.className = "gst-labels";
    this.labels.setAttribute("role", "group");
    this.labels.setAttribute("aria-label", "Label the selected texts");
    this.button = document.createElement("button");
    this.button.type = "button";
    this.button.onclick = () => this.copy();
    element.append(this.status, this.labels, this.button);
  }

  /** @param {TableData} data */
  take(data) {
    this.#data = data;
    const { copied } = data;
    if (!copied || !this.#asked || copied[0] < this.#asked.moment) return;
    this.#asked.done(copied[1]);
    this.#asked = null;
  }

  /** @param {number[]} selected */
  show(selected) {
    if (selected.length !== this.#selected.length) this.status.textContent = "";
    this.#selected = selected;
    const many = selected.length.toLocaleString("en");
    if (selected.length) this.status.textContent = `${many} selected`;
    this.button.textContent = selected.length ? `Copy ${many}` : "Copy all";
    this.#showLabels();
  }

  /** The classes of the map of these texts, as buttons; none while nothing is selected. */
  #showLabels() {
    const map = Object.values(window.gstMaps ?? {}).find((one) => one.data.documents === this.#data?.documents);
    const classes = this.#selected.length && map ? map.data.classes : [];
    const buttons = classes.map(([name, colour, key], i) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = name;
      button.title = key ? `Label as ${name}, key ${key}` : `Label as ${name}`;
      button.style.setProperty("--kind", colour);
      button.onclick = () => map?.emit({ class: i, documents: this.#selected });
      return button;
    });
    this.labels.replaceChildren(...buttons);
  }

  /** Copy what is selected, or else all that is listed, and say so. */
  copy() {
    const rows = this.#selected;
    const text = new Promise((done, fail) => {
      this.#asked = { moment: Date.now(), done };
      setTimeout(() => fail(new Error("The texts did not come. Copy them again.")), PATIENCE);
    });
    this.ask(rows);
    this.status.textContent = "…";
    copy(text).then(
      () => (this.status.textContent = "Copied, ready to be pasted."),
      (error) => (this.status.textContent = error instanceof Error ? error.message : String(error)),
    );
  }
}
