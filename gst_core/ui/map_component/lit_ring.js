// The ring around the text that is pointed at, on the map or in a table. It lies over the drawing, which is not drawn
// again for it.

import { lit } from "./lit.js";

/** @import { Figure } from "./figure.js" */
/** @import { Model } from "./model.js" */

export class LitRing {
  /**
   * @param {HTMLElement} element
   * @param {Figure} figure
   * @param {Model} model
   */
  constructor(element, figure, model) {
    this.element = element;
    this.figure = figure;
    this.model = model;
    this.end = lit.onChange(({ key }) => key === model.data.documents && this.place());
  }

  /** Lay the ring where its text is now. */
  place() {
    const row = lit.get(this.model.data.documents);
    const there = row !== null && row < this.model.now.length / 2 && this.figure.isSeen;
    this.element.hidden = !there;
    if (!there) return;
    const [x, y] = this.figure.pixelOfPoint(row);
    this.element.style.transform = `translate(${x}px, ${y}px)`;
  }
}
