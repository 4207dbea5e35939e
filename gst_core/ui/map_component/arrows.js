// Arrow keys on the focused map: from text to text, each read out; what Enter does to a text a click does as well.

import { bringIn, zoom } from "./looking.js";
import { clicked } from "./pointer.js";

/** @import { Pair, Scale } from "./types.js" */
/** @import { Figure } from "./figure.js" */
/** @import { Model } from "./model.js" */
/** @import { Pointer } from "./pointer.js" */

/** @type {Record<string, Pair>} on the screen, where y grows downwards */
const DIRECTIONS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const NEARER = 1.5; // times, at a press of plus
const STILL_THERE = 0.5; // pixels; a point nearer than that lies in no direction

/**
 * The point nearest to another one in a direction, not more across than along it; null where there is none.
 * @param {Float32Array} positions
 * @param {{ x: Scale, y: Scale }} scales of the map on the screen
 * @param {number} row
 * @param {Pair} direction
 * @param {(row: number) => boolean} isVisible
 * @returns {number | null}
 */
export function nextPoint(positions, scales, row, [right, down], isVisible) {
  let found = null;
  let least = Infinity;
  for (let i = 0; i < positions.length / 2; i++) {
    const x = scales.x.each * (positions[2 * i] - positions[2 * row]);
    const y = scales.y.each * (positions[2 * i + 1] - positions[2 * row + 1]);
    const along = right * x + down * y;
    const across = Math.abs(right * y) + Math.abs(down * x);
    if (!(along > STILL_THERE) || across > along || along + across >= least || !isVisible(i)) continue;
    least = along + across;
    found = i;
  }
  return found;
}

/**
 * The point nearest to the middle of the stage.
 * @param {Figure} figure
 * @param {Model} model
 */
function nearestToMiddle(figure, model) {
  const { left, top, width, height } = figure.stage.getBoundingClientRect();
  return figure.nearest(left + width / 2, top + height / 2, Infinity) ?? (model.points.length ? 0 : null);
}

export class Arrows {
  /**
   * @param {Figure} figure
   * @param {Model} model
   * @param {Pointer} pointer
   * @param {{ onSelect(rows: number[]): void, onHome(): void, onMoved(): void }} map
   */
  constructor(figure, model, pointer, map) {
    this.figure = figure;
    this.model = model;
    this.pointer = pointer;
    this.map = map;
    figure.stage.addEventListener("keydown", (event) => {
      if (event.target === figure.stage && figure.drawn && this.#answers(event)) event.preventDefault();
    });
    figure.stage.addEventListener("blur", () => pointer.pointAt(null));
  }

  /**
   * Do what a key asks for; says whether it asked for anything.
   * @param {KeyboardEvent} event
   */
  #answers(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return false;
    const direction = DIRECTIONS[event.key];
    if (direction) this.#go(direction);
    else if (event.key === "Enter" || event.key === " ") this.#choose(event.shiftKey || event.key === " ");
    else if (event.key === "+" || event.key === "=") this.#zoom(NEARER);
    else if (event.key === "-") this.#zoom(1 / NEARER);
    else if (event.key === "Home") this.map.onHome();
    else return false;
    return true;
  }

  /** The text that is pointed at, to go on from. */
  #from() {
    const at = this.pointer.cursor;
    if (at !== null && at < this.model.now.length / 2 && this.model.isVisible(at)) return at;
    return null;
  }

  /** @param {Pair} direction */
  #go(direction) {
    const from = this.#from();
    const first = this.model.selected.at(-1) ?? nearestToMiddle(this.figure, this.model);
    const isVisible = (/** @type {number} */ row) => this.model.isVisible(row);
    const next = from === null ? first : nextPoint(this.model.now, this.figure.scales, from, direction, isVisible);
    if (next !== null) this.#show(next);
  }

  /** @param {number} row */
  async #show(row) {
    await bringIn(this.figure, row);
    this.pointer.pointAt(row);
    this.map.onMoved();
  }

  /** @param {boolean} more */
  #choose(more) {
    const row = this.#from();
    if (row !== null) this.map.onSelect(clicked(this.model.selected, row, more));
  }

  /** @param {number} times */
  async #zoom(times) {
    await zoom(this.figure, times, this.#from());
    this.pointer.updateHover();
    this.map.onMoved();
  }
}
