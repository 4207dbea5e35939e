// Flights: points go from where they are to where they belong; a newer target takes over in mid-flight.

import { AIR, mix, unionOf, willDo } from "./drawing.js";

/** @import { Figure } from "./figure.js" */
/** @import { Model } from "./model.js" */

const FLIGHT_MS = 500; // a frame's flight; the next one usually arrives before it ends

/**
 * @typedef {object} Trip
 * @property {number} number
 * @property {Float32Array} from
 * @property {Float32Array} target
 * @property {Float32Array} between a place to put the points in while they are on their way
 * @property {number} began
 * @property {boolean} atOnce the analyst's system asks for less motion
 */

export class Flight {
  flying = false;
  /** @type {Float32Array} where the points fly to, or are */
  target = new Float32Array();
  #number = 0;
  #request = 0;
  /** Whether Plotly does not know yet where the points are. */
  #behind = false;

  /**
   * @param {Figure} figure
   * @param {Model} model
   * @param {{ onStart(): void, onMove(): void, onFlightEnd(): void }} listeners
   */
  constructor(figure, model, listeners) {
    this.figure = figure;
    this.model = model;
    this.listeners = listeners;
  }

  /**
   * Be there without a flight: the first points, or others than there were.
   * @param {Float32Array} points
   */
  async appear(points) {
    this.#number++;
    this.model.now = this.target = points;
    await this.figure.draw();
    this.#end();
  }

  /** @param {Float32Array} target */
  async fly(target) {
    this.pause();
    const from = Float32Array.from(this.model.now);
    const number = ++this.#number;
    this.target = target;
    this.flying = true;
    this.model.now = from;
    this.listeners.onStart();
    const wide = unionOf(this.figure.frameOf(from), this.figure.frameOf(target));
    if (!this.figure.zoomed && !willDo(this.figure.shown, wide, AIR)) await this.figure.place(wide);
    const atOnce = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    const between = new Float32Array(target.length);
    this.#next({ number, from, target, between, atOnce, began: performance.now() });
  }

  /** @param {Trip} trip */
  #next(trip) {
    this.#request = requestAnimationFrame(() => this.#step(trip));
  }

  /** @param {Trip} trip */
  async #step(trip) {
    if (this.#isOver(trip)) return;
    const part = trip.atOnce ? 1 : Math.min(1, (performance.now() - trip.began) / FLIGHT_MS);
    this.model.now = part < 1 ? mix(trip.from, trip.target, part, trip.between) : trip.target;
    const last = part === 1 && !this.model.running;
    this.#behind = !last && this.figure.placeFast();
    if (!this.#behind) await this.figure.place(last ? this.#endFrame() : null);
    this.listeners.onMove();
    if (this.#isOver(trip)) return;
    if (part < 1) this.#next(trip);
    else this.#end();
  }

  /**
   * Whether another flight began, or the map is off the page; when it comes back, the flight begins anew.
   * @param {Trip} trip
   */
  #isOver(trip) {
    return this.#number !== trip.number || !this.figure.stage.isConnected;
  }

  /** The frame to show when a flight ends: that of the points, unless the one on the screen will do. */
  #endFrame() {
    if (this.figure.zoomed) return null;
    const frame = this.figure.frameOf(this.model.now);
    return willDo(this.figure.shown, frame, AIR / 2, 0) ? null : frame;
  }

  /** Nothing moved. The last flight may have ended before it was known to be the last. */
  async settle() {
    if (this.flying) return;
    const frame = this.model.running ? null : this.#endFrame();
    if (!this.model.running && (this.#behind || frame)) {
      this.#behind = false;
      await this.figure.place(frame);
      this.listeners.onMove();
      if (this.flying) return; // it began meanwhile, and ends by itself
    }
    this.#end();
  }

  #end() {
    this.flying = false;
    this.listeners.onFlightEnd();
  }

  /** Off the page, or over for good. */
  pause() {
    cancelAnimationFrame(this.#request);
  }

  /** Back on the page. */
  resume() {
    if (this.flying) this.fly(this.target);
  }
}
