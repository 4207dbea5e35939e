// What Plotly draws: the points, and the rings around some of them, large and wide enough to be seen however small the
// points are.

import { column, pointSize } from "./drawing.js";

/** @typedef {{ symbol: string, size: number, width: number, opacity: number }} Ring sizes in pixels */

const SMALLEST = 9; // across: what is smaller is no ring on a screen
const CROWD = 150; // of rings; 589 of full width around a group were one black blob, without a point to be seen
const THRONG = 600; // of outlines; 4,400 on a small map were one again, so that more are the fainter
const FAINTEST = 0.25;

/**
 * One for each of what `rings` of the model has: what lies behind, suggested, found, labelled, selected, in doubt.
 * @param {number} point the size of a point
 * @returns {Ring[]}
 */
export function ringsOf(point) {
  /** @type {(larger: number, width: number, symbol?: string) => Ring} */
  const ring = (larger, width, symbol = "circle-open") => ({
    symbol,
    width,
    size: Math.max(point, SMALLEST - 4) + larger,
    opacity: 1,
  });
  return [ring(6, 7), ring(6, 2, "diamond-open"), ring(9, 2), ring(4, 2.5), ring(8, 2.5), ring(3, 2, "x-thin-open")];
}

/**
 * A ring as it is drawn around so many points: an outline of each point where many lie on each other.
 * @param {Ring} ring
 * @param {number} count
 * @param {number} point the size of a point
 * @returns {Ring}
 */
export function among(ring, count, point) {
  const opacity = Math.max(FAINTEST, Math.min(1, THRONG / count));
  return count > CROWD ? { ...ring, width: 1, size: point + 1, opacity } : ring;
}

/** @param {Element} element */
export function themeColours(element) {
  const style = getComputedStyle(element);
  /** @type {(name: string, otherwise: string) => string} */
  const read = (name, otherwise) => style.getPropertyValue(name).trim() || otherwise;
  return {
    text: read("--st-text-color", "#31333f"),
    accent: read("--st-primary-color", "#0072b2"),
    behind: read("--st-secondary-background-color", "#f4f5f7"),
  };
}

/**
 * The points, and an empty trace for each kind of ring.
 * @param {Float32Array} positions
 * @param {string[]} colours
 * @param {string} ink
 * @param {boolean} webgl
 */
export function tracesOf(positions, colours, ink, webgl) {
  const common = { type: webgl ? "scattergl" : "scatter", mode: "markers" };
  const size = pointSize(positions.length / 2);
  const rings = ringsOf(size).map((ring) => ({
    ...common,
    x: [],
    y: [],
    marker: { symbol: ring.symbol, size: ring.size, color: ink, line: { width: ring.width, color: ink } },
  }));
  const marker = { size, color: colours, line: { width: 0 } };
  return [{ ...common, x: column(positions, 0), y: column(positions, 1), marker }, ...rings];
}
