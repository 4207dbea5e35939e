// What a map knows: what the server said last, and what the analyst chose since.

import { floats, pointColours, pointOpacity, shorts } from "./drawing.js";

/** @import { Colouring, MapData, PackedColouring } from "./types.js" */

const GREY = "#9aa0a6";

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
  /** @type {Set<number>} kinds that the legend hides */
  hidden = new Set();
  /** @type {number[]} */
  selected = [];
  running = false;

  get isEmpty() {
    return this.data === NOTHING;
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
    if (first || data.selection !== before.selection) this.selected = data.selected;
    const newPlaces = first || this.points !== points;
    this.points = points;
    const newKinds = first || JSON.stringify(before.colouring) !== JSON.stringify(data.colouring);
    const newDoubt = data.colouring.palest !== null && before.guesses?.[1] !== data.guesses?.[1];
    const newColours = newKinds || newDoubt;
    if (newColours) this.colouring = unpack(data.colouring);
    // Other kinds than those that were hidden have the numbers now.
    if (JSON.stringify(before.colouring.names) !== JSON.stringify(data.colouring.names)) this.hidden.clear();
    return { newPlaces, newColours };
  }

  /** A colour for each point. */
  colours() {
    const opacity = pointOpacity(this.colouring.values.length);
    return pointColours(this.colouring, this.hidden, opacity, GREY, this.guesses?.probabilities);
  }

  /**
   * What is ringed: suggested, found by a search, labelled (in the class' colour), selected, and labels in doubt.
   * @returns {number[][]}
   */
  groups() {
    const { suggested, highlighted, labelled, doubted } = this.data;
    return [suggested, highlighted, labelled.map((l) => l[0]), this.selected, doubted];
  }

  /** @param {number} row */
  isVisible(row) {
    return this.colouring.kind !== "categories" || !this.hidden.has(this.colouring.values[row]);
  }
}
