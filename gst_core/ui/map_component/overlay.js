// What lies over the drawing and moves with it: the names of groups, and the ring around the text that is pointed at.

import { crowdOf } from "./crowd.js";
import { LitRing } from "./lit_ring.js";
import { Names } from "./names.js";

/** @import { MapName } from "./types.js" */
/** @import { Display } from "./display.js" */
/** @import { Figure } from "./figure.js" */
/** @import { Model } from "./model.js" */

export class Overlay {
  /**
   * @param {{ names: HTMLElement, lit: HTMLElement }} page
   * @param {Figure} figure
   * @param {Model} model
   * @param {Display} display
   */
  constructor(page, figure, model, display) {
    this.figure = figure;
    this.model = model;
    this.display = display;
    this.names = new Names(page.names);
    this.ring = new LitRing(page.lit, figure, model);
  }

  /** @param {MapName[]} names */
  show(names) {
    this.names.show(names);
    this.place();
  }

  /**
   * Lay all where its points are now.
   * @param {{ moving?: boolean }} [how] whether points or the map are on their way
   */
  place({ moving = false } = {}) {
    const { figure, model } = this;
    if (!figure.drawn) return;
    this.names.place(
      (x, y) => figure.pixel(...this.display.place(x, y)),
      figure.size,
      () => crowdOf(model.now, figure.scales, figure.size, (row) => model.isVisible(row)),
      !moving,
    );
    this.ring.place();
  }

  end() {
    this.ring.end();
  }
}
