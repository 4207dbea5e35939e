// Names of groups on the map: beside the points that they name, where they cover the fewest, with a line to the densest
// spot of their group. The largest come first, few of them from afar; none overlaps another one.

import { CELL } from "./crowd.js";

/** @import { Box, Crowd, MapName, Pair } from "./types.js" */

/**
 * @typedef {object} Name a name's place on the map, and its size in pixels
 * @property {number} x
 * @property {number} y
 * @property {number} width
 * @property {number} height
 * @property {number} [reach] of a part of a group: how far its points lie from its middle
 * @property {number} [kept] the way on which it lies, as long as that is nearly as good as another
 */
/** @typedef {{ corner: Pair, way: number, far: boolean }} Spot the top left corner; far: a line has to lead to it */

const ROOM = 42_000; // pixels of the stage for each name: few from afar, and those of small groups when zoomed in
const FEWEST = 5; // names, on the smallest stage
const CLOSE = 70; // pixels that the points of a part lie from its middle, where it is looked at close enough for a name
const AIR = [6, 3]; // pixels between two names, across and down
const TOP = 44; // pixels at the top left that the tools need
const TOOLS_WIDTH = 190;
const NOTE = [350, 26]; // pixels at the bottom left that the note needs
const RADII = [0, 26, 46, 70, 100, 140, 190]; // pixels from the densest spot to the near edge of the name
const ANGLES = 16;
const LONG = 0.035; // what a pixel of the line costs, in points that are covered: one is worth a detour of 29 pixels
const CLEARLY_BETTER = 3; // by which another way has to be cheaper than the one that a name lies on

/**
 * The ways from a spot to where its name could lie: the middle, and then around it, farther and farther.
 * @type {Pair[]}
 */
const WAYS = RADII.flatMap((radius) =>
  radius === 0
    ? [/** @type {Pair} */ ([0, 0])]
    : Array.from({ length: ANGLES }, (_, i) => {
        const angle = (2 * Math.PI * i) / ANGLES - Math.PI / 2;
        return /** @type {Pair} */ ([radius * Math.cos(angle), radius * Math.sin(angle)]);
      }),
);

/**
 * The top left corner of a name on a way from its spot: its near edge, not its middle, is so far away.
 * @param {Name} name
 * @param {Pair} spot
 * @param {Pair} way
 * @returns {Pair}
 */
function cornerOf({ width, height }, [x, y], [right, down]) {
  const length = Math.hypot(right, down) || 1;
  const shift = [(width / 2) * (right / length), (height / 2) * (down / length)];
  return [x + right + shift[0] - width / 2, y + down + shift[1] - height / 2];
}

/** @typedef {[left: number, top: number, right: number, bottom: number]} Sides */

/** @type {(a: Sides, b: Sides) => boolean} */
const touches = (a, b) => a[0] < b[2] && a[2] > b[0] && a[1] < b[3] && a[3] > b[1];

/**
 * How many points lie under a box.
 * @param {Crowd} crowd
 * @param {Sides} box
 */
function covered(crowd, [left, top, right, bottom]) {
  let sum = 0;
  for (let y = Math.max(Math.floor(top / CELL), 0); y * CELL < bottom && y < crowd.rows; y++)
    for (let x = Math.max(Math.floor(left / CELL), 0); x * CELL < right && x < crowd.columns; x++)
      sum += crowd.counts[y * crowd.columns + x];
  return sum;
}

/**
 * Whether a box lies on the stage, clear of the tools and of the note.
 * @param {Sides} box
 * @param {Box} stage
 */
function isFree([left, top, right, bottom], { width, height }) {
  const outside = left < 2 || top < 2 || right > width - 2 || bottom > height - 2;
  const onTools = top < TOP && left < TOOLS_WIDTH;
  const onNote = bottom > height - NOTE[1] && left < NOTE[0];
  return !outside && !onTools && !onNote;
}

/**
 * The best free spot for one name, or null.
 * @param {Name} name
 * @param {Pair} spot
 * @param {Box} stage
 * @param {Crowd} crowd
 * @param {Sides[]} taken
 * @returns {(Spot & { box: Sides }) | null}
 */
function best(name, spot, stage, crowd, taken) {
  let found = null;
  let least = Infinity;
  WAYS.forEach((way, number) => {
    const length = Math.hypot(...way);
    const price = length * LONG - (number === name.kept ? CLEARLY_BETTER : 0);
    if (price >= least) return;
    const corner = cornerOf(name, spot, way);
    const box = /** @type {Sides} */ ([corner[0], corner[1], corner[0] + name.width, corner[1] + name.height]);
    if (!isFree(box, stage)) return;
    const cost = price + covered(crowd, box);
    if (cost >= least || taken.some((other) => touches(box, other))) return;
    least = cost;
    found = { corner, way: number, far: length > 0, box };
  });
  return found;
}

/**
 * Where each name goes on the stage, null for those that have to wait: there is no room, or their spot is not seen.
 * @param {Name[]} names the most important first
 * @param {(x: number, y: number) => Pair} pixel
 * @param {Box} stage
 * @param {Crowd} crowd the points on the stage
 * @returns {(Spot | null)[]}
 */
export function spread(names, pixel, stage, crowd) {
  /** @type {Sides[]} */
  const taken = [];
  const most = Math.max(FEWEST, Math.round((stage.width * stage.height) / ROOM));
  return names.map((name) => {
    const spot = pixel(name.x, name.y);
    const close = !name.reach || Math.abs(pixel(name.x + name.reach, name.y)[0] - spot[0]) >= CLOSE;
    if (taken.length >= most || !close || !isOn(spot, stage)) return null;
    const found = best(name, spot, stage, crowd, taken);
    if (!found) return null;
    const { box } = found;
    taken.push([box[0] - AIR[0], box[1] - AIR[1], box[2] + AIR[0], box[3] + AIR[1]]);
    return { corner: found.corner, way: found.way, far: found.far };
  });
}

/** @type {(spot: Pair, stage: Box) => boolean} */
const isOn = ([x, y], { width, height }) => x >= 0 && y >= 8 && x <= width && y <= height - 8;

const SVG = "http://www.w3.org/2000/svg";

/** @typedef {Name & { node: HTMLElement, line: SVGLineElement }} Item */

export class Names {
  /** @type {Item[]} */
  #items = [];
  #shown = "";
  /** Whether names have come that lie nowhere yet. */
  #fresh = false;

  /** @param {HTMLElement} element */
  constructor(element) {
    this.element = element;
  }

  /** @param {MapName[]} names */
  show(names) {
    const text = JSON.stringify(names);
    if (text === this.#shown) return;
    this.#shown = text;
    this.#fresh = true;
    const ways = new Map(this.#items.map(({ node, kept }) => [node.textContent, kept]));
    const lines = document.createElementNS(SVG, "svg");
    this.element.replaceChildren(lines);
    this.#items = names.map(([x, y, title, colour, , reach]) => {
      const node = document.createElement("span");
      node.textContent = title;
      node.style.setProperty("--kind", colour);
      this.element.append(node);
      const line = document.createElementNS(SVG, "line");
      line.style.setProperty("--kind", colour);
      lines.append(line);
      return { x, y, reach, node, line, width: node.offsetWidth, height: node.offsetHeight, kept: ways.get(title) };
    });
  }

  /**
   * Lay the names on the stage: anew where points have settled, and while they move, or the map does, along with their
   * spots.
   * @param {(x: number, y: number) => Pair} pixel
   * @param {Box} stage
   * @param {() => Crowd} crowd
   * @param {boolean} settled
   */
  place(pixel, stage, crowd, settled) {
    if (settled || this.#fresh) {
      this.#fresh = false;
      const spots = spread(this.#items, pixel, stage, crowd());
      this.#items.forEach((item, i) => {
        item.kept = spots[i]?.way;
      });
    }
    for (const item of this.#items) lay(item, pixel(item.x, item.y), stage);
  }
}

/**
 * @param {Item} item
 * @param {Pair} spot
 * @param {Box} stage
 */
function lay(item, spot, stage) {
  const { node, line, width, height, kept } = item;
  const seen = kept !== undefined && isOn(spot, stage);
  node.classList.toggle("hidden", !seen);
  line.classList.toggle("hidden", !seen || kept === 0);
  if (!seen) return;
  const [left, top] = cornerOf(item, spot, WAYS[kept]);
  node.style.transform = `translate(${left}px, ${top}px)`;
  const end = [Math.min(Math.max(spot[0], left), left + width), Math.min(Math.max(spot[1], top), top + height)];
  for (const [name, value] of Object.entries({ x1: spot[0], y1: spot[1], x2: end[0], y2: end[1] }))
    line.setAttribute(name, String(value));
}
