// The mouse on the map: hovering, clicking, drawing around texts.

import { linesOf } from "./tooltip.js";
import { lit } from "./lit.js";
import { documents } from "./store.js";

/** @import { Pair, PlotSelection } from "./types.js" */
/** @import { Figure } from "./figure.js" */
/** @import { Model } from "./model.js" */
/** @import { Tooltip } from "./tooltip.js" */

const STILL = 8; // pixels that a hand may move during a click
const TOGETHER = 60; // texts around the one that is pointed at, which come with it
const FOLLOWED = /** @type {const} */ (["pointermove", "pointerup", "pointercancel"]);

/** @param {Event} event */
const isOnPlot = ({ target }) => target instanceof Element && target.closest(".gst-plot") !== null;

/**
 * The selection after a click on a point: this one alone, or with a key held down this one more or less.
 * @param {number[]} selected
 * @param {number} row
 * @param {boolean} more
 */
export function clicked(selected, row, more) {
  if (!more) return [row];
  return selected.includes(row) ? selected.filter((i) => i !== row) : [...selected, row];
}

export class Pointer {
  /** @type {Pair | null} where the mouse is in the window, while it is on the map */
  mouse = null;
  /** @type {number | null} the point that arrow keys have led to, until the mouse comes */
  cursor = null;
  /** @type {number | null} the point under the one or the other */
  hovered = null;
  #request = 0;

  /**
   * @param {Figure} figure
   * @param {Model} model
   * @param {Tooltip} tooltip
   * @param {(rows: number[]) => void} onSelect
   */
  constructor(figure, model, tooltip, onSelect) {
    this.figure = figure;
    this.model = model;
    this.tooltip = tooltip;
    this.onSelect = onSelect;
    // Plotly keeps a press from moving the focus, and a number key would still go to the field that had it.
    const takeFocus = (/** @type {Event} */ event) => isOnPlot(event) && figure.stage.focus({ preventScroll: true });
    figure.stage.addEventListener("pointerdown", takeFocus, true);
  }

  listen() {
    const { stage } = this.figure;
    stage.addEventListener("pointermove", (event) => this.onMove(event));
    stage.addEventListener("pointerleave", (event) => event.buttons === 0 && this.onMove(event));
    stage.addEventListener("pointerdown", (event) => this.onPress(event));
  }

  /** @param {PointerEvent} event */
  onMove(event) {
    const onMap = event.type === "pointermove" && event.buttons === 0 && isOnPlot(event);
    this.mouse = onMap ? [event.clientX, event.clientY] : null;
    this.cursor = null;
    this.updateHover();
  }

  /**
   * Point at a text without a mouse, and have it read out.
   * @param {number | null} row
   */
  pointAt(row) {
    if (row === null && this.cursor === null) return;
    this.cursor = row;
    this.mouse = null;
    this.updateHover();
  }

  /** A text has come that may be the one that is pointed at. */
  onText() {
    if (this.mouse || this.cursor !== null) this.updateHover();
  }

  /** The mouse may rest while points move under it. Once a frame at most: a mouse tells of a move more often. */
  updateHover() {
    cancelAnimationFrame(this.#request);
    this.#request = requestAnimationFrame(() => {
      if (!this.figure.isSeen) return;
      const there = this.cursor !== null && this.cursor < this.model.now.length / 2 ? this.cursor : null;
      this.#point(this.mouse ? this.figure.nearest(...this.mouse) : there);
      if (this.hovered === null) this.unhover();
      else this.#showText(this.hovered);
    });
  }

  unhover() {
    cancelAnimationFrame(this.#request);
    this.#point(null);
    this.tooltip.hide();
  }

  /**
   * Point at a text, or at none, and have its row in a table light up.
   * @param {number | null} row
   */
  #point(row) {
    if (row === this.hovered) return;
    this.hovered = row;
    lit.set(this.model.data.documents, row, "map");
  }

  /** The mouse is no longer on the map, or has begun to do something else. */
  forget() {
    this.mouse = null;
    this.cursor = null;
    this.unhover();
  }

  /** @param {number} row */
  #showText(row) {
    const known = documents.get(this.model.data.documents);
    if (!known) return;
    if (!known.get(row)) known.want([row, ...this.figure.around(row, TOGETHER)]);
    const lines = linesOf(row, known, this.model);
    this.tooltip.show(lines, this.figure.pixelOfPoint(row), this.figure.size);
    if (row === this.cursor && known.get(row)) this.tooltip.readOut(lines);
  }

  /**
   * A click is a press that is let go without having moved; Plotly lays a sheet over the page meanwhile, hence the window.
   * @param {PointerEvent} down
   */
  onPress(down) {
    if (down.button !== 0 || !isOnPlot(down)) return;
    let moved = false;
    /** @param {PointerEvent} event */
    const follow = (event) => {
      if (event.pointerId !== down.pointerId) return;
      if (event.type === "pointermove") {
        if (moved || Math.hypot(event.clientX - down.clientX, event.clientY - down.clientY) < STILL) return;
        moved = true;
        this.forget();
        return;
      }
      for (const type of FOLLOWED) window.removeEventListener(type, follow, true);
      if (event.type === "pointerup" && !moved && this.figure.drawn) this.onClick(event);
    };
    for (const type of FOLLOWED) window.addEventListener(type, follow, true);
  }

  /** @param {PointerEvent} event */
  onClick(event) {
    const row = this.figure.nearest(event.clientX, event.clientY);
    const more = event.shiftKey || event.ctrlKey || event.metaKey;
    if (row !== null) this.cursor = row; // arrow keys go on from there
    if (row !== null) this.onSelect(clicked(this.model.selected, row, more));
  }

  /** @param {PlotSelection | undefined} event */
  onLasso(event) {
    if (!event?.points) return;
    const rows = event.points.filter((point) => point.curveNumber === 0).map((point) => point.pointNumber);
    this.figure.clearLasso();
    if (rows.length) this.onSelect(rows.filter((row) => this.model.isVisible(row)));
  }
}
