// What a map waits for before it draws what the server said: the script that draws, and the points.

import { loadPlotly } from "./plotly.js";
import { pointsOf } from "./positions.js";

/** @import { MapData } from "./types.js" */

/**
 * The points of what the server said, once they can be drawn; null where that is given up or cannot be.
 * @param {MapData} data
 * @param {() => boolean} givenUp
 * @param {(why: string) => void} onFailed
 */
export async function arrived(data, givenUp, onFailed) {
  try {
    await loadPlotly(data.script);
  } catch (error) {
    onFailed(/** @type {Error} */ (error).message);
    return null;
  }
  const points = await pointsOf(data, givenUp);
  return givenUp() ? null : points;
}
