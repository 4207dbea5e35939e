// What a map knows: what the server said last, and what the analyst chose since.

import { chosen } from "./chosen.js";
import { bits, floats, pointColours, pointOpacity, shorts } from "./drawing.js";

/** @import { Colouring, MapData, PackedColouring } from "./types.js" */

const GREY = "#82888f";

/** @type {MapData} */
const NOTHING = {
  key: "",
  script: "",
  documents: "",
  revision: -1,
  colouring: { kind: "categories", values: "", names: [], colours: [], legend: false, palest: null },
  labelled: [],
  doubted: [],
  suggested: [],
  highlighted: [],
  selected: [],
  selection: -1,
  names: [],
  classes: [],
  guesses: null,
  shown: null,
  standing: null,
  status: null,
  tab: "",
};

/**
 * @param {PackedColouring} packed
 * @returns {Colouring}
 */
function unpack(packed) {
  const read = packed.kind === "categories" ? shorts : floats;
  return { ...packed, values: read(packed.values) };
}

export class Model {
  data = NOTHING;
  /** @type {Float32Array} where the points belong, as the server said last */
  points = new Float32Array();
  /** @type {Float32Array} where they are; the same unless they fly */
  now = new Float32Array();
  colouring = unpack(NOTHING.colouring);
  /** @type {{ classes: Int16Array, probabilities: Float32Array } | null} the likeliest class of each text */
  guesses = null;
  /** @type {Uint8Array | null} 1 for each text that passes the filters; null without a filter */
  shown = null;
  /** @type {Set<number>} kinds that the legend hides */
  hidden = new Set();
  /** @type {number[]} */
  selected = [];
  running = false;

  get isEmpty() {
    return this.data === NOTHING;
  }

  /** The points that the map was laid out with; others came to it when it stood, and turn and spread nothing. */
  get standing() {
    return this.data.standing === null ? this.points : this.points.subarray(0, 2 * this.data.standing);
  }

  /**
   * Take what the server says, and tell what of it is new.
   * @param {MapData} data
   * @param {Float32Array} points
   */
  update(data, points) {
    const before = this.data;
    const first = this.isEmpty;
    this.data = data;
    this.guesses = data.guesses && { classes: shorts(data.guesses[0]), probabilities: floats(data.guesses[1]) };
    if (first || data.selection !== before.selection) this.select(data.selected, "server");
    const newPlaces = first || this.points !== points;
    this.points = points;
    const newColours = first || this.#areNewColours(before, data);
    if (newColours) {
      this.colouring = unpack(data.colouring);
      this.shown = data.shown ? bits(data.shown, points.length / 2) : null;
    }
    // Other kinds than those that were hidden have the numbers now.
    if (JSON.stringify(before.colouring.names) !== JSON.stringify(data.colouring.names)) this.hidden.clear();
    return { newPlaces, newColours };
  }

  /**
   * @param {MapData} before
   * @param {MapData} data
   */
  #areNewColours(before, data) {
    const newDoubt = data.colouring.palest !== null && before.guesses?.[1] !== data.guesses?.[1];
    const newFilter = (before.shown || null) !== (data.shown || null);
    return newDoubt || newFilter || JSON.stringify(before.colouring) !== JSON.stringify(data.colouring);
  }

  /**
   * Take a selection, and have the table of texts hear of it.
   * @param {number[]} rows
   * @param {import("./chosen.js").By} by
   */
  select(rows, by) {
    this.selected = rows;
    if (by !== "table") chosen.set(this.data.documents, rows, by);
  }

  /** A colour for each point. */
  colours() {
    const opacity = pointOpacity(this.colouring.values.length);
    return pointColours(this.colouring, this.hidden, opacity, GREY, this.guesses?.probabilities, this.shown);
  }

  /** Labelled texts and the colours of their classes. */
  get labelled() {
    return this.shown ? this.data.labelled.filter(([row]) => this.#passes(row)) : this.data.labelled;
  }

  /**
   * What is ringed: suggested, found by a search, labelled (in the class' colour), selected, and labels in doubt.
   * @returns {number[][]}
   */
  groups() {
    const { suggested, highlighted, doubted } = this.data;
    const rows = [suggested, highlighted, this.labelled.map((l) => l[0]), this.selected, doubted];
    return this.shown ? rows.map((some) => some.filter((row) => this.#passes(row))) : rows;
  }

  /**
   * What is drawn a second time: behind the rings of labelled and selected texts a wider one, so that they are seen among
   * points of their own colour, and then the rings.
   */
  rings() {
    const groups = this.groups();
    return [[...new Set([...groups[2], ...groups[3]])], ...groups];
  }

  /** @param {number} row */
  #passes(row) {
    return !this.shown || this.shown[row] === 1;
  }

  /**
   * Whether a point can be pointed at: it passes the filters, and the legend does not hide it.
   * @param {number} row
   */
  isVisible(row) {
    if (!this.#passes(row)) return false;
    return this.colouring.kind !== "categories" || !this.hidden.has(this.colouring.values[row]);
  }
}
