// How a map lies on its stage. Near means alike and directions mean nothing, so a map may be turned: its long side lies
// along the stage's. And what is dense is spread at the cost of what is empty, as in a cartogram whose countries are the
// cells of a grid: density diffuses, and carries a sheet along with it that points lie on. Nothing is torn or folded:
// what is near stays near, and a blob a blob.
//
// M. T. Gastner and M. E. J. Newman, "Diffusion-based method for producing density-equalizing maps", PNAS 101 (2004).

/** @import { Pair } from "./types.js" */

const CELLS = 64; // along the long side
const MARGIN = 0.06; // of the grid that is empty at each side at first, for blobs at the edge to grow into
const SEA = 0.35; // of the mean density lies everywhere: without, what is empty would shrink to nothing
const TIME = 24; // in cells², for which density diffuses: the sheet moves by about its root
const STEP = 0.2; // of that time; above 0.25 the diffusion of a grid is not stable
const ANGLES = 36; // that are tried, over half a turn
const BETTER = 1.15; // times as large a map, before one that is shown is turned

/**
 * @param {Float32Array} points
 * @param {number} cos
 * @param {number} sin
 * @returns {{ low: Pair, high: Pair }} the box around turned points
 */
function boxOf(points, cos, sin) {
  /** @type {Pair} */
  const low = [Infinity, Infinity];
  /** @type {Pair} */
  const high = [-Infinity, -Infinity];
  for (let i = 0; i < points.length; i += 2) {
    const x = cos * points[i] - sin * points[i + 1];
    const y = sin * points[i] + cos * points[i + 1];
    if (x < low[0]) low[0] = x;
    if (x > high[0]) high[0] = x;
    if (y < low[1]) low[1] = y;
    if (y > high[1]) high[1] = y;
  }
  return { low, high };
}

/**
 * How large points can be drawn after a turn, on a stage whose height is 1.
 * @param {Float32Array} points
 * @param {number} angle
 * @param {number} aspect of the stage, its width by its height
 */
function scaleAt(points, angle, aspect) {
  const { low, high } = boxOf(points, Math.cos(angle), Math.sin(angle));
  return Math.min(aspect / Math.max(high[0] - low[0], 1e-9), 1 / Math.max(high[1] - low[1], 1e-9));
}

/**
 * The turn in radians that draws points largest; the one that is shown stays where another is hardly better.
 * @param {Float32Array} points
 * @param {number} aspect
 * @param {number | null} shown
 */
export function turnOf(points, aspect, shown) {
  let best = shown ?? 0;
  let most = scaleAt(points, best, aspect) * (shown === null ? 1 : BETTER);
  for (let i = 0; i < ANGLES; i++) {
    const angle = (i * Math.PI) / ANGLES;
    const scale = scaleAt(points, angle, aspect);
    if (scale > most * (1 + 1e-6)) [best, most] = [angle, scale];
  }
  return best;
}

/** A grid of numbers, mirrored at its edges. */
class Grid {
  /**
   * @param {number} width
   * @param {number} height
   */
  constructor(width, height) {
    this.width = width;
    this.height = height;
    this.cells = new Float64Array(width * height);
    this.spare = new Float64Array(width * height);
  }

  /** One step of diffusion. */
  diffuse() {
    const { width, height, cells, spare } = this;
    for (let y = 0, i = 0; y < height; y++) {
      const up = y > 0 ? -width : 0;
      const down = y < height - 1 ? width : 0;
      for (let x = 0; x < width; x++, i++) {
        const left = x > 0 ? -1 : 0;
        const right = x < width - 1 ? 1 : 0;
        spare[i] =
          cells[i] + STEP * (cells[i + up] + cells[i + down] + cells[i + left] + cells[i + right] - 4 * cells[i]);
      }
    }
    [this.cells, this.spare] = [spare, cells];
  }

  /**
   * The value and the slopes at a place between the middles of cells, where the middle of the first is at 0.5.
   * @param {number} x
   * @param {number} y
   * @returns {[value: number, alongX: number, alongY: number]}
   */
  at(x, y) {
    const { width, height, cells } = this;
    const left = Math.min(Math.max(x - 0.5, 0), width - 1.001);
    const top = Math.min(Math.max(y - 0.5, 0), height - 1.001);
    const i = Math.floor(top) * width + Math.floor(left);
    const [a, b] = [left % 1, top % 1];
    const [p, q, r, s] = [cells[i], cells[i + 1], cells[i + width], cells[i + width + 1]];
    const value = (p * (1 - a) + q * a) * (1 - b) + (r * (1 - a) + s * a) * b;
    return [value, (q - p) * (1 - b) + (s - r) * b, (r - p) * (1 - a) + (s - q) * a];
  }
}

/** A sheet over a grid, which density moves: where each corner of each cell has gone. */
class Sheet {
  /**
   * @param {number} width
   * @param {number} height
   */
  constructor(width, height) {
    this.width = width;
    this.height = height;
    this.corners = new Float64Array(2 * (width + 1) * (height + 1));
    for (let y = 0, i = 0; y <= height; y++)
      for (let x = 0; x <= width; x++, i += 2) [this.corners[i], this.corners[i + 1]] = [x, y];
  }

  /**
   * Move with the density for one step: against its slope, the faster the less there is of it.
   * @param {Grid} density
   */
  follow(density) {
    const { corners, width, height } = this;
    for (let i = 0; i < corners.length; i += 2) {
      const [value, alongX, alongY] = density.at(corners[i], corners[i + 1]);
      corners[i] = Math.min(Math.max(corners[i] - (STEP * alongX) / value, 0), width);
      corners[i + 1] = Math.min(Math.max(corners[i + 1] - (STEP * alongY) / value, 0), height);
    }
  }

  /**
   * Where a place has gone.
   * @param {number} x
   * @param {number} y
   * @returns {Pair}
   */
  place(x, y) {
    const { corners, width, height } = this;
    const left = Math.min(Math.max(Math.floor(x), 0), width - 1);
    const top = Math.min(Math.max(Math.floor(y), 0), height - 1);
    const [a, b] = [x - left, y - top];
    const p = 2 * (top * (width + 1) + left);
    const r = p + 2 * (width + 1);
    /** @type {(axis: number) => number} */
    const mixed = (axis) =>
      (corners[p + axis] * (1 - a) + corners[p + 2 + axis] * a) * (1 - b) +
      (corners[r + axis] * (1 - a) + corners[r + 2 + axis] * a) * b;
    return [mixed(0), mixed(1)];
  }
}

export class Display {
  /** @type {number | null} in radians */
  turn = null;
  /** @type {Sheet | null} */
  #sheet = null;
  #cos = 1;
  #sin = 0;
  /** @type {Pair} the middle of the turned points, which stays where it is */
  #middle = [0, 0];
  #scale = 1;

  /**
   * Decide how points lie on a stage.
   * @param {Float32Array} points
   * @param {number} aspect of the stage, its width by its height
   * @param {{ mayTurn?: boolean }} [how] whether a map that is shown may be turned
   */
  fit(points, aspect, { mayTurn = true } = {}) {
    if (this.turn === null || mayTurn) this.turn = turnOf(points, aspect, this.turn);
    [this.#cos, this.#sin] = [Math.cos(this.turn), Math.sin(this.turn)];
    const { low, high } = boxOf(points, this.#cos, this.#sin);
    this.#sheet = null;
    if (!(high[0] > low[0]) || !(high[1] > low[1])) return; // no points, one, or a line: there is nothing to spread
    const width = aspect >= 1 ? CELLS : Math.max(8, Math.round(CELLS * aspect));
    const height = aspect >= 1 ? Math.max(8, Math.round(CELLS / aspect)) : CELLS;
    this.#middle = [(low[0] + high[0]) / 2, (low[1] + high[1]) / 2];
    const room = 1 - 2 * MARGIN;
    this.#scale = Math.min((width * room) / (high[0] - low[0]), (height * room) / (high[1] - low[1]));
    const sheet = new Sheet(width, height);
    const density = this.#density(points, width, height);
    for (let time = 0; time < TIME; time += STEP) {
      sheet.follow(density);
      density.diffuse();
    }
    this.#sheet = sheet;
  }

  /**
   * @param {Float32Array} points
   * @param {number} width
   * @param {number} height
   */
  #density(points, width, height) {
    const density = new Grid(width, height);
    const each = ((1 - SEA) * width * height * 2) / points.length;
    density.cells.fill(SEA);
    for (let i = 0; i < points.length; i += 2) {
      const [x, y] = this.#onGrid(points[i], points[i + 1], width, height);
      if (Number.isNaN(x)) continue;
      density.cells[Math.min(Math.floor(y), height - 1) * width + Math.min(Math.floor(x), width - 1)] += each;
    }
    for (let i = 0; i < 5; i++) density.diffuse(); // a blob is no checkerboard
    return density;
  }

  /**
   * @param {number} x
   * @param {number} y
   * @param {number} width
   * @param {number} height
   * @returns {Pair}
   */
  #onGrid(x, y, width, height) {
    const turnedX = this.#cos * x - this.#sin * y;
    const turnedY = this.#sin * x + this.#cos * y;
    return [
      (turnedX - this.#middle[0]) * this.#scale + width / 2,
      (turnedY - this.#middle[1]) * this.#scale + height / 2,
    ];
  }

  /**
   * Where a place of the map lies, in units of the map's own size.
   * @param {number} x
   * @param {number} y
   * @returns {Pair}
   */
  place(x, y) {
    const sheet = this.#sheet;
    if (!sheet) return [this.#cos * x - this.#sin * y, this.#sin * x + this.#cos * y];
    const { width, height } = sheet;
    const [left, top] = sheet.place(...this.#onGrid(x, y, width, height));
    return [(left - width / 2) / this.#scale, (top - height / 2) / this.#scale];
  }

  /**
   * Where points lie; one without a place (NaN) has none.
   * @param {Float32Array} points
   */
  of(points) {
    const out = new Float32Array(points.length);
    for (let i = 0; i < points.length; i += 2) [out[i], out[i + 1]] = this.place(points[i], points[i + 1]);
    return out;
  }
}
