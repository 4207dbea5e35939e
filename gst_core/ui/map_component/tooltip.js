// The text of the point under the mouse, what the map takes it for, and its metadata.

import { besidePoint } from "./drawing.js";

/** @import { Box, Documents, Pair } from "./types.js" */
/** @import { Model } from "./model.js" */

const ON_ITS_WAY = "…";

/**
 * What is said of a document: lines and the kind of each.
 * @param {number} row
 * @param {Pick<Documents, "get">} documents
 * @param {Pick<Model, "data" | "guesses">} model
 * @returns {[text: string, kind: "text" | "guess" | "facts"][]}
 */
export function linesOf(row, documents, { data, guesses }) {
  const known = documents.get(row);
  /** @type {ReturnType<typeof linesOf>} */
  const lines = [[known?.text ?? ON_ITS_WAY, "text"]];
  if (guesses && guesses.classes[row] >= 0) {
    const sure = Math.round(guesses.probabilities[row] * 100);
    lines.push([`${data.classes[guesses.classes[row]]?.[0]} ${sure} %`, "guess"]);
  }
  const facts = (known?.facts ?? []).filter(([, value]) => value !== "");
  if (facts.length) lines.push([facts.map(([name, value]) => `${name}: ${value}`).join(" · "), "facts"]);
  return lines;
}

export class Tooltip {
  /**
   * @param {HTMLElement} element
   * @param {HTMLElement} said what is put in there is read out
   */
  constructor(element, said) {
    this.element = element;
    this.said = said;
  }

  /** @param {ReturnType<typeof linesOf>} lines */
  readOut(lines) {
    const words = lines.map(([text]) => text).join(". ");
    if (this.said.textContent !== words) this.said.textContent = words;
  }

  /**
   * @param {ReturnType<typeof linesOf>} lines
   * @param {Pair} point on the stage
   * @param {Box} stage
   */
  show(lines, point, stage) {
    const nodes = lines.map(([text, kind]) => {
      const node = document.createElement("div");
      node.className = `gst-${kind}`;
      node.textContent = text;
      return node;
    });
    this.element.replaceChildren(...nodes);
    this.element.hidden = false;
    const { offsetWidth: width, offsetHeight: height } = this.element;
    const [left, top] = besidePoint(point, { width, height }, stage);
    this.element.style.transform = `translate(${left}px, ${top}px)`;
  }

  hide() {
    this.element.hidden = true;
  }
}
