// Numbers and colours: what the server sent, as Plotly wants it. Nothing here touches the page.

/** @import { Box, Colouring, Frame, Pair, Scale } from "./types.js" */

/** @param {string} base64 */
function bytesOf(base64) {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes.buffer;
}

/** @param {string} base64 */
export const floats = (base64) => new Float32Array(bytesOf(base64));

/** @param {string} base64 */
export const shorts = (base64) => new Int16Array(bytesOf(base64));

/**
 * One bit for each of n things, the lowest of a byte first.
 * @param {string} base64
 * @param {number} n
 */
export function bits(base64, n) {
  const bytes = new Uint8Array(bytesOf(base64));
  const out = new Uint8Array(n);
  for (let i = 0; i < n; i++) out[i] = (bytes[i >> 3] >> (i & 7)) & 1;
  return out;
}

/** @param {string} hex */
export function rgb(hex) {
  return [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));
}

const HIDDEN = 0.03; // opacity of what the legend hides: a hint of itself
const LEFT_OUT = 0.14; // opacity of what does not pass the filters: the shape of the whole stays to be seen
const NO_VALUE = 0.55; // of the usual opacity, for points that have no value
const PALEST = 0.4; // of the usual opacity, for points that may be of any kind: still seen on light and dark
const STEPS = 10; // of paleness; more would be more colours than are cheap to parse

/**
 * The colour and the opacity of one point.
 * @param {Colouring} colouring
 * @param {number} value
 * @param {ReadonlySet<number>} hidden kinds that the legend hides
 * @param {number} opacity
 * @param {string} grey of points without a value
 * @returns {[hex: string, alpha: number]}
 */
function paintOf(colouring, value, hidden, opacity, grey) {
  const { kind, colours } = colouring;
  const known = kind === "categories" ? value >= 0 : !Number.isNaN(value);
  if (kind === "categories" && hidden.has(value)) return [known ? colours[value] : grey, HIDDEN];
  if (!known) return [grey, opacity * NO_VALUE];
  return [colours[kind === "categories" ? value : Math.round(value * (colours.length - 1))], opacity];
}

/**
 * The part of its opacity that doubt leaves a point.
 * @param {number} probability of its likeliest class
 * @param {number} palest the probability of a guess
 */
export function leftByDoubt(probability, palest) {
  const sureness = Math.min(Math.max((probability - palest) / Math.max(1 - palest, 1e-6), 0), 1);
  return PALEST + ((1 - PALEST) * Math.round(sureness * STEPS)) / STEPS;
}

/**
 * A colour for each point.
 * @param {Colouring} colouring
 * @param {ReadonlySet<number>} hidden
 * @param {number} opacity
 * @param {string} grey
 * @param {Float32Array | null} [probabilities] of the likeliest classes, where they are known
 * @param {Uint8Array | null} [shown] 1 for each point that passes the filters, where there are any
 * @returns {string[]}
 */
export function pointColours(colouring, hidden, opacity, grey, probabilities = null, shown = null) {
  const { palest } = colouring;
  const colours = new Array(colouring.values.length);
  /** @type {Map<string, string>} */
  const ready = new Map(); // the same few strings again and again are cheap to make and to parse
  for (let i = 0; i < colours.length; i++) {
    const leftOut = shown !== null && !shown[i];
    const [hex, full] = leftOut ? [grey, LEFT_OUT] : paintOf(colouring, colouring.values[i], hidden, opacity, grey);
    const doubted = palest !== null && probabilities && !leftOut;
    const alpha = doubted ? full * leftByDoubt(probabilities[i], palest) : full;
    const key = hex + alpha.toFixed(2);
    let colour = ready.get(key);
    if (!colour) ready.set(key, (colour = `rgba(${rgb(hex).join(",")},${alpha.toFixed(2)})`));
    colours[i] = colour;
  }
  return colours;
}

/**
 * Points shrink and get more transparent as there are more of them.
 * @param {number} n
 */
export function pointSize(n) {
  return Math.max(2.5, Math.min(10, 14.5 - 2.55 * Math.log10(Math.max(n, 10))));
}

/** @param {number} n */
export function pointOpacity(n) {
  return Math.max(0.45, Math.min(0.9, 1.35 - 0.17 * Math.log10(Math.max(n, 10))));
}

export const AIR = 0.05; // part of the map's size that is left free at each side of it

/**
 * The rectangle that holds all points with some air around them, and has a part of its height at the top free.
 * @param {Float32Array} positions
 * @param {number} top
 * @returns {Frame}
 */
export function frameOf(positions, top) {
  const low = [Infinity, Infinity];
  const high = [-Infinity, -Infinity];
  for (let i = 0; i < positions.length; i++) {
    const axis = i % 2;
    if (positions[i] < low[axis]) low[axis] = positions[i];
    if (positions[i] > high[axis]) high[axis] = positions[i];
  }
  if (low[0] > high[0]) return { x: [-1, 1], y: [-1, 1] };
  /** @type {(axis: number, above: number) => Pair} */
  const range = (axis, above) => {
    const size = Math.max(high[axis] - low[axis], 1);
    return [low[axis] - AIR * size, high[axis] + above * size];
  };
  return { x: range(0, AIR), y: range(1, (top * (1 + AIR)) / (1 - top)) };
}

/**
 * @param {Frame} a
 * @param {Frame} b
 * @returns {Frame}
 */
export function unionOf(a, b) {
  /** @type {(axis: "x" | "y") => Pair} */
  const join = (axis) => [Math.min(a[axis][0], b[axis][0]), Math.max(a[axis][1], b[axis][1])];
  return { x: join("x"), y: join("y") };
}

const WASTE = 0.06; // of a frame's size that may stay empty at a side before the frame is drawn anew

/**
 * Whether a frame that is shown will do for another one: it lacks at most a part `cut` of that one's size at a side and
 * `topCut` at the top, and wastes little room.
 * @param {Frame | null} shown
 * @param {Frame} wanted
 * @param {number} cut
 * @param {number} [topCut]
 */
export function willDo(shown, wanted, cut, topCut = cut) {
  if (!shown) return false;
  return /** @type {const} */ (["x", "y"]).every((axis) => {
    const size = wanted[axis][1] - wanted[axis][0];
    const below = (wanted[axis][0] - shown[axis][0]) / size;
    const above = (shown[axis][1] - wanted[axis][1]) / size;
    return below >= -cut && above >= -(axis === "y" ? topCut : cut) && Math.max(below, above) < WASTE;
  });
}

/**
 * Points on their way. A point that had no place before (NaN) is where it belongs from the start.
 * @param {Float32Array} from
 * @param {Float32Array} to
 * @param {number} part of the time that has passed
 * @param {Float32Array} out
 */
export function mix(from, to, part, out) {
  const eased = 1 - (1 - part) ** 2; // off at once: the next frame often comes before this flight ends
  for (let i = 0; i < to.length; i++) out[i] = Number.isNaN(from[i]) ? to[i] : from[i] + (to[i] - from[i]) * eased;
  return out;
}

/**
 * One coordinate of some points, or of all.
 * @param {Float32Array} positions
 * @param {0 | 1} axis
 * @param {number[] | null} [rows]
 */
export function column(positions, axis, rows) {
  if (rows) return rows.map((i) => positions[2 * i + axis]);
  const out = new Float32Array(positions.length / 2);
  for (let i = 0; i < out.length; i++) out[i] = positions[2 * i + axis];
  return out;
}

/**
 * Both coordinates of some points.
 * @param {Float32Array} positions
 * @param {number[]} rows
 */
export function pairs(positions, rows) {
  const out = new Float32Array(rows.length * 2);
  rows.forEach((row, i) => out.set(positions.subarray(2 * row, 2 * row + 2), 2 * i));
  return out;
}

/**
 * The point nearest to a place on the screen, or null if none is within reach.
 * @param {Float32Array} positions
 * @param {{ x: Scale, y: Scale }} scales of the map on the screen
 * @param {Pair} place
 * @param {number} reach in pixels
 * @param {(row: number) => boolean} isVisible
 */
export function nearestPoint(positions, scales, place, reach, isVisible) {
  const [x, perX] = [scales.x.zero - place[0], scales.x.each];
  const [y, perY] = [scales.y.zero - place[1], scales.y.each];
  let found = null;
  let least = reach * reach;
  for (let i = 0; i < positions.length / 2; i++) {
    const across = x + perX * positions[2 * i];
    const down = y + perY * positions[2 * i + 1];
    const way = across * across + down * down;
    if (!(way <= least) || !isVisible(i)) continue; // of several at one place the topmost, which is the last
    least = way;
    found = i;
  }
  return found;
}

/**
 * Some of the points that lie within reach of a point on the screen, without itself.
 * @param {Float32Array} positions
 * @param {{ x: Scale, y: Scale }} scales
 * @param {number} row
 * @param {number} reach in pixels
 * @param {number} most
 * @returns {number[]}
 */
export function around(positions, scales, row, reach, most) {
  const found = [];
  const [x, y] = [positions[2 * row], positions[2 * row + 1]];
  for (let i = 0; i < positions.length / 2 && found.length < most; i++) {
    const across = scales.x.each * (positions[2 * i] - x);
    const down = scales.y.each * (positions[2 * i + 1] - y);
    if (i !== row && across * across + down * down <= reach * reach) found.push(i);
  }
  return found;
}

/**
 * The top left corner of a tooltip beside a point, on the stage.
 * @param {Pair} point
 * @param {Box} tooltip
 * @param {Box} stage
 * @returns {Pair}
 */
export function besidePoint([x, y], tooltip, stage) {
  const left = x + 14 + tooltip.width < stage.width ? x + 14 : Math.max(4, x - 14 - tooltip.width);
  const top = Math.min(Math.max(4, y - tooltip.height / 2), stage.height - tooltip.height - 4);
  return [left, top];
}
