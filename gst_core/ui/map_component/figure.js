// The drawing: one Plotly figure that lives as long as its map and is only ever changed.

import { around, column, frameOf, nearestPoint, pointSize } from "./drawing.js";
import { drawPoints, hasWebGL, pixelOf, plotly, scalesOf } from "./plotly.js";
import { among, ringsOf, themeColours, tracesOf } from "./traces.js";

/** @import { Frame, Pair, Plot } from "./types.js" */
/** @import { Model } from "./model.js" */

const AROUND = 60; // pixels within which a mouse may soon be
const REACH = 12; // pixels between the mouse and a point that is meant
const TOOLS_HEIGHT = 44; // pixels at the top, with some air
const CONFIG = { displayModeBar: false, scrollZoom: true, doubleClick: false, responsive: false };
const NO_AXIS = { visible: false, fixedrange: false, autorange: false, showgrid: false, zeroline: false };
const GROUPS = [1, 2, 3, 4, 5, 6]; // the traces of the rings; the points themselves are trace 0

export class Figure {
  drawn = false;
  /** Set for good when the map ends. */
  ended = false;
  /** Whether the analyst chose what part of the map is seen. */
  zoomed = false;
  /** @type {Frame | null} the part of the map that was shown last, other than by the analyst's hand */
  shown = null;
  tool = "pan";
  webgl = hasWebGL();
  #moving = false;
  #marked = "";
  #drawnFor = { width: 0, height: 0 };

  /**
   * @param {Plot} plot
   * @param {HTMLElement} stage
   * @param {Model} model
   */
  constructor(plot, stage, model) {
    this.plot = plot;
    this.stage = stage;
    this.model = model;
  }

  /** Whether something is drawn and on the page. */
  get isSeen() {
    return this.drawn && this.stage.isConnected;
  }

  async draw() {
    const { now } = this.model;
    const theme = themeColours(this.stage);
    const range = (this.shown = this.frameOf(now));
    const layout = {
      margin: { l: 0, r: 0, t: 0, b: 0 },
      xaxis: { ...NO_AXIS, range: range.x },
      yaxis: { ...NO_AXIS, range: range.y, scaleanchor: "x" },
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      showlegend: false,
      hovermode: false, // see `nearest`
      dragmode: this.tool,
      newselection: { line: { color: theme.accent, width: 1 } },
    };
    const traces = tracesOf(now, this.model.colours(), theme.text, this.webgl);
    this.#drawnFor = this.size;
    await plotly().react(this.plot, traces, layout, CONFIG);
    if (this.ended) {
      plotly().purge(this.plot);
      return;
    }
    this.drawn = true;
    this.mark();
  }

  /**
   * Tell what the analyst does to the figure, once there is one.
   * @param {{
   *   onLasso(event: import("./types.js").PlotSelection | undefined): void,
   *   onDoubleClick(): void,
   *   onMoving(): void,
   *   onMoved(): void,
   * }} listeners
   */
  listen({ onLasso, onDoubleClick, onMoving, onMoved }) {
    this.plot.on("plotly_selected", onLasso);
    this.plot.on("plotly_doubleclick", onDoubleClick);
    this.plot.on("plotly_relayouting", onMoving);
    this.plot.on("plotly_relayout", (change) => {
      const ranges = Object.keys(change).some((key) => key.includes("axis.range"));
      if (ranges && !this.#moving) this.zoomed = true;
      onMoved();
    });
  }

  end() {
    this.ended = true;
    if (this.drawn) plotly().purge(this.plot);
    this.drawn = false;
  }

  /** Colour the points anew. */
  paint() {
    plotly().restyle(this.plot, { "marker.color": [this.model.colours()] }, [0]);
  }

  /** Ring what is to be ringed, in the colours of the theme. */
  mark() {
    const { labelled, now } = this.model;
    const groups = this.model.rings();
    const { text, behind } = themeColours(this.stage);
    this.#marked = this.#marks();
    const classes = labelled.map((label) => label[1]);
    const colours = [behind, text, text, classes, text, text];
    const point = pointSize(now.length / 2);
    const rings = ringsOf(point).map((ring, i) => among(ring, groups[i].length, point));
    const sizes = {
      "marker.size": rings.map((ring) => ring.size),
      "marker.line.width": rings.map((ring) => ring.width),
      "marker.opacity": rings.map((ring) => ring.opacity),
    };
    const places = { x: groups.map((rows) => column(now, 0, rows)), y: groups.map((rows) => column(now, 1, rows)) };
    const style = { ...places, ...sizes, "marker.line.color": colours, "marker.color": colours };
    plotly().restyle(this.plot, style, GROUPS);
  }

  // A restyle draws every point again, and the server speaks several times a second while it computes.
  markIfChanged() {
    if (this.#marks() !== this.#marked) this.mark();
  }

  #marks() {
    return JSON.stringify([this.model.rings(), this.model.labelled, themeColours(this.stage).text]);
  }

  /**
   * Draw the points where they are now, by Plotly's own round: with what it knows of places for the lasso, and in another
   * frame if one is given.
   * @param {Frame | null} [range]
   */
  async place(range) {
    const { now } = this.model;
    const groups = [null, ...this.model.rings()];
    const moved = { x: groups.map((rows) => column(now, 0, rows)), y: groups.map((rows) => column(now, 1, rows)) };
    const layout = range ? { "xaxis.range": range.x, "yaxis.range": range.y } : {};
    this.#moving = true;
    if (range) this.shown = range;
    await plotly().update(this.plot, moved, layout, [0, ...GROUPS]);
    this.#moving = false;
  }

  /** Draw the points where they are now, and nothing else; says whether that was possible. */
  placeFast() {
    return drawPoints(this.plot, this.model.now, this.model.rings());
  }

  /** The stage was given another size. */
  async resize() {
    this.#drawnFor = this.size;
    await plotly().Plots.resize(this.plot);
    await this.fit();
  }

  /** Show the whole map, unless the analyst chose a part of it. */
  async fit() {
    if (!this.ended && !this.zoomed) await this.place(this.frameOf(this.model.now));
  }

  /** @param {string} tool */
  use(tool) {
    this.tool = tool;
    if (this.drawn) plotly().relayout(this.plot, { dragmode: tool });
  }

  /** Take away the line of a lasso, and the paleness that Plotly gives to all points outside of it. */
  clearLasso() {
    if (this.plot.layout.selections?.length) plotly().relayout(this.plot, { selections: [] });
    plotly().restyle(this.plot, { selectedpoints: [null] });
  }

  /**
   * The frame that shows all points, below the tools.
   * @param {Float32Array} positions
   */
  frameOf(positions) {
    return frameOf(positions, TOOLS_HEIGHT / Math.max(this.stage.clientHeight, 4 * TOOLS_HEIGHT));
  }

  /** Whether it was drawn for the stage's size. */
  get isRightSize() {
    const { width, height } = this.size;
    return width === this.#drawnFor.width && height === this.#drawnFor.height;
  }

  /** The width of the room for points by its height. */
  get aspect() {
    const { width, height } = this.size;
    return Math.max(width, 1) / Math.max(height - TOOLS_HEIGHT, TOOLS_HEIGHT);
  }

  /** Where values lie on the screen, as long as the map does not move. */
  get scales() {
    return scalesOf(this.plot);
  }

  get size() {
    return { width: this.stage.clientWidth, height: this.stage.clientHeight };
  }

  /**
   * Where a place of the map lies on the stage.
   * @param {number} x
   * @param {number} y
   */
  pixel(x, y) {
    return pixelOf(this.plot, x, y);
  }

  /**
   * Where a point is on the stage.
   * @param {number} row
   */
  pixelOfPoint(row) {
    return this.pixel(this.model.now[2 * row], this.model.now[2 * row + 1]);
  }

  /**
   * Some of the points around one.
   * @param {number} row
   * @param {number} most
   */
  around(row, most) {
    return around(this.model.now, this.scales, row, AROUND, most);
  }

  /**
   * The point nearest to a place in the window, if it is close enough to be meant. Plotly would look among the points as
   * it drew them last, which is not where they are while they fly.
   * @param {number} clientX
   * @param {number} clientY
   * @param {number} [reach] in pixels
   */
  nearest(clientX, clientY, reach = REACH) {
    const { left, top } = this.plot.getBoundingClientRect();
    /** @type {Pair} */
    const place = [clientX - left, clientY - top];
    return nearestPoint(this.model.now, this.scales, place, reach, (row) => this.model.isVisible(row));
  }

  /** @param {Frame} range what to show of the map, by the analyst's wish */
  async look(range) {
    this.zoomed = true;
    await plotly().relayout(this.plot, { "xaxis.range": range.x, "yaxis.range": range.y });
  }
}
