// Plotly: its script, and the one place that knows private fields of it, which another version may not have. A test in a
// real browser (tests/e2e/test_plotly.py) fails when the packaged version no longer has them.

import { pairs } from "./drawing.js";

/** @import { Pair, Plot, Plotly, Scale } from "./types.js" */

/**
 * @typedef {{ l2p(value: number): number, _offset: number }} Axis l2p: from a value to pixels inside the axes' box
 * @typedef {{
 *   scatter2d?: { update?(options: { positions: Float32Array }[]): void },
 *   draw?(): void,
 *   count: number,
 * }} Scene the WebGL side of a plot
 * @typedef {{
 *   xaxis: Axis,
 *   yaxis: Axis,
 *   _plots?: { xy?: { _scene?: Scene } },
 *   _glcanvas: { each(clear: (canvas: { regl?: { clear(how: object): void } }) => void): void },
 * }} Inside
 */

/** @param {Plot} plot */
const inside = (plot) => /** @type {{ _fullLayout?: Inside }} */ (/** @type {unknown} */ (plot))._fullLayout;

/** @type {Map<string, Promise<void>>} */
const scripts = new Map();

/** Plotly, once it is loaded. */
export const plotly = () => /** @type {Plotly} */ (window.Plotly);

/**
 * Load the drawing script, once; it lies beside the folder of the modules.
 * @param {string} file
 * @returns {Promise<void>}
 */
export function loadPlotly(file) {
  let loading = scripts.get(file);
  if (!loading) {
    loading = new Promise((done, fail) => {
      const script = document.createElement("script");
      script.src = new URL(`../${file}`, import.meta.url).href;
      script.onload = () => done();
      script.onerror = () => {
        scripts.delete(file);
        fail(new Error("The drawing script could not be loaded. Reload the page."));
      };
      document.head.append(script);
    });
    scripts.set(file, loading);
  }
  return loading;
}

/** @param {Plot} plot */
function axes(plot) {
  const layout = inside(plot);
  if (!layout) throw new Error("Nothing is drawn in this element yet.");
  return layout;
}

/**
 * Where a place of the map lies in the plot's element.
 * @param {Plot} plot
 * @param {number} x
 * @param {number} y
 * @returns {Pair}
 */
export function pixelOf(plot, x, y) {
  const { xaxis, yaxis } = axes(plot);
  return [xaxis.l2p(x) + xaxis._offset, yaxis.l2p(y) + yaxis._offset];
}

/**
 * The same for many places: where zero lies, and how many pixels a unit has.
 * @param {Plot} plot
 */
export function scalesOf(plot) {
  /** @type {(axis: Axis) => Scale} */
  const scale = (axis) => ({ zero: axis.l2p(0) + axis._offset, each: axis.l2p(1) - axis.l2p(0) });
  const { xaxis, yaxis } = axes(plot);
  return { x: scale(xaxis), y: scale(yaxis) };
}

/**
 * Draw points at other positions without Plotly's own round of axes, hover index and layout, which takes most of a
 * frame's time. Says whether that was possible.
 * @param {Plot} plot
 * @param {Float32Array} positions
 * @param {number[][]} groups rows that are drawn a second time, ringed
 */
export function drawPoints(plot, positions, groups) {
  const layout = inside(plot);
  const scene = layout?._plots?.xy?._scene;
  if (!scene?.scatter2d?.update || !scene.draw) return false;
  try {
    // The scene holds no empty group, so it counts only the others.
    const options = [positions, ...groups.filter((rows) => rows.length).map((rows) => pairs(positions, rows))];
    if (scene.count !== options.length) return false;
    scene.scatter2d.update(options.map((points) => ({ positions: points })));
    layout?._glcanvas.each((canvas) => canvas.regl?.clear({ color: [0, 0, 0, 0], depth: 1 }));
    scene.draw();
    return true;
  } catch {
    return false;
  }
}

export function hasWebGL() {
  try {
    return Boolean(document.createElement("canvas").getContext("webgl"));
  } catch {
    return false;
  }
}
