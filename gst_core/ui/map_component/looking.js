// Looking at a part of the map by keys: nearer, farther, and along with the text that a key leads to.

/** @import { Frame, Pair } from "./types.js" */
/** @import { Figure } from "./figure.js" */

const NEAR_EDGE = 0.08; // of the stage: a text that a key leads to is brought in from there
const FARTHEST_IN = 40; // times; nearer there is nothing more to tell apart

/**
 * A part of a map, so many times nearer around its middle or around a place; never farther than the whole map.
 * @param {Frame} seen
 * @param {Frame} whole
 * @param {number} times
 * @param {Pair | null} at
 * @returns {Frame}
 */
export function nearer(seen, whole, times, at) {
  /** @type {(axis: "x" | "y", place: number | undefined) => Pair} */
  const part = (axis, place) => {
    const [low, high] = seen[axis];
    const all = whole[axis][1] - whole[axis][0];
    const half = Math.max(Math.min((high - low) / times, all), all / FARTHEST_IN) / 2;
    const middle = place ?? (low + high) / 2;
    return [middle - half, middle + half];
  };
  return { x: part("x", at?.[0]), y: part("y", at?.[1]) };
}

/** @type {(figure: Figure, row: number) => Pair} */
const placeOf = ({ model }, row) => [model.now[2 * row], model.now[2 * row + 1]];

/** @type {(figure: Figure) => Frame} */
const seenBy = ({ plot }) => ({ x: plot.layout.xaxis.range, y: plot.layout.yaxis.range });

/**
 * Move the map so far that a point is seen, and not at its edge.
 * @param {Figure} figure
 * @param {number} row
 */
export async function bringIn(figure, row) {
  const { width, height } = figure.size;
  const [x, y] = figure.pixelOfPoint(row);
  const edge = [NEAR_EDGE * width, NEAR_EDGE * height];
  const inside = x >= edge[0] && x <= width - edge[0] && y >= edge[1] && y <= height - edge[1];
  if (inside || !figure.zoomed) return;
  await figure.look(nearer(seenBy(figure), figure.frameOf(figure.model.now), 1, placeOf(figure, row)));
}

/**
 * Look at the map from nearer or farther, at a point if one is pointed at.
 * @param {Figure} figure
 * @param {number} times
 * @param {number | null} row
 */
export async function zoom(figure, times, row) {
  const at = row === null ? null : placeOf(figure, row);
  await figure.look(nearer(seenBy(figure), figure.frameOf(figure.model.now), times, at));
}
