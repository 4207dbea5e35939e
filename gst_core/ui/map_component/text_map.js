// The map itself: its parts, and what goes between them, the server and the analyst.

import { follow } from "./chosen.js";
import { Figure } from "./figure.js";
import { Flight } from "./flight.js";
import { Keys } from "./keys.js";
import { Legend } from "./legend.js";
import { LitRing } from "./lit_ring.js";
import { Model } from "./model.js";
import { Names } from "./names.js";
import { buildPage, showHint, showStatus } from "./page.js";
import { loadPlotly } from "./plotly.js";
import { Pointer } from "./pointer.js";
import { pointsOf } from "./positions.js";
import { documents, positions } from "./store.js";
import { thisTab } from "./tab.js";
import { Toolbar } from "./toolbar.js";
import { Tooltip } from "./tooltip.js";

/** @import { Component, MapData, Pair, Press, Status } from "./types.js" */

export class TextMap {
  /** @type {Component<MapData> | null} how to speak to the server */
  component = null;
  /** @type {MapData | null} what the server said last, though its points may not be there yet */
  #waiting = null;
  #listening = false;
  #told = "";
  /** @type {(() => void)[]} let go of what this map holds in the stores */
  #releases = [];

  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.page = buildPage(root);
    const { plot, stage } = this.page;
    this.model = new Model();
    this.figure = new Figure(plot, stage, this.model);
    this.names = new Names(this.page.names);
    this.legend = new Legend(this.page.legend, this.model.hidden, () => this.figure.paint());
    this.toolbar = new Toolbar(this.page.tools, this.figure.tool, (tool) => this.use(tool));
    const tooltip = new Tooltip(this.page.tooltip);
    this.pointer = new Pointer(this.figure, this.model, tooltip, (rows) => this.select(rows));
    this.flight = new Flight(this.figure, this.model, {
      onStart: () => this.pointer.unhover(),
      onMove: () => this.placeNames(),
      onFlightEnd: () => this.onFlightEnd(),
    });
    this.keys = new Keys(this.model, {
      isSeen: () => stage.isConnected,
      onClear: () => this.select([]),
      onUnselected: () => showHint(this.page, "Select a text first: click it, or draw around several."),
      onPress: (press) => this.emit(press),
    });
    const unwatch = documents.onChange(() => this.pointer.mouse && this.pointer.updateHover()); // its text has come
    this.litRing = new LitRing(this.page.lit, this.figure, this.model);
    this.unlisten = [unwatch, follow(this)];
    this.resize = new ResizeObserver(() => {
      if (this.figure.isSeen) this.figure.resize().then(() => this.placeNames());
    });
    this.resize.observe(stage);
    this.scheme = new MutationObserver(() => this.figure.isSeen && this.figure.mark()); // light or dark
    this.scheme.observe(document.body, { attributes: true, attributeFilter: ["class", "style"] });
  }

  // --- on the page and off it -----------------------------------------------------------------------------------

  leave() {
    if (window.gstMaps?.[this.data.key] === this) delete window.gstMaps[this.data.key];
    this.pointer.forget();
    this.flight.pause();
  }

  /** @param {HTMLElement} root */
  comeBack(root) {
    root.replaceChildren(...this.root.childNodes);
    Object.assign(root.dataset, this.root.dataset);
    this.root = root;
    this.#announce();
    this.figure.mark(); // the theme may have changed meanwhile
    this.flight.resume();
  }

  end() {
    this.#waiting = null;
    for (const release of [...this.#releases, ...this.unlisten]) release();
    positions.wake(); // who waits for points sees that it need not
    this.keys.end();
    this.litRing.end();
    this.resize.disconnect();
    this.scheme.disconnect();
    this.flight.pause();
    this.figure.end();
  }

  #announce() {
    (window.gstMaps ??= {})[this.data.key] = this;
  }

  // --- what the server says -------------------------------------------------------------------------------------

  /** @param {MapData} data */
  async onData(data) {
    this.#waiting = data;
    this.#releases = [documents.hold(this, data.documents), positions.hold(this, data.key)];
    try {
      await loadPlotly(data.script);
    } catch (error) {
      this.showStatus([/** @type {Error} */ (error).message, false, 0]);
      return;
    }
    const points = await pointsOf(data, () => this.#waiting !== data);
    if (!points || this.#waiting !== data) return;
    const { newPlaces, newColours } = this.model.update(data, points);
    if (this.root.isConnected) this.#announce();
    this.showStatus(data.status ?? ["", false, 0]);
    if (newColours) this.legend.show(this.model.colouring);
    const target = newPlaces ? points : this.flight.target;
    if (!this.figure.drawn || this.model.now.length !== target.length) {
      await this.flight.appear(target);
      this.#listen();
    } else {
      if (newColours) this.figure.paint();
      this.figure.markIfChanged();
      if (newPlaces) this.flight.fly(target);
      else this.flight.settle();
    }
    this.showNames();
    this.#tellTab();
  }

  /** Say once which tab this is; the server has another name for it after a reload. */
  #tellTab() {
    const tab = thisTab();
    if (tab && this.data.tab !== tab && this.#told !== tab) this.component?.setStateValue("tab", tab);
    this.#told = tab;
  }

  onFlightEnd() {
    this.root.dataset.revision = String(this.data.revision);
    this.pointer.updateHover();
  }

  // --- what is around the points --------------------------------------------------------------------------------

  showNames() {
    this.names.show(this.data.names);
    this.placeNames();
  }

  placeNames() {
    if (!this.figure.drawn) return;
    this.names.place((x, y) => this.figure.pixel(x, y), this.figure.size);
    this.litRing.place();
  }

  /** @param {Status} status */
  showStatus(status) {
    this.model.running = status[1];
    showStatus(this.page, status, this.figure.webgl, this.model.points.length / 2);
  }

  // --- what the analyst does ------------------------------------------------------------------------------------

  #listen() {
    if (this.#listening || !this.figure.drawn) return;
    this.#listening = true;
    this.pointer.listen();
    this.figure.listen({
      onLasso: (event) => this.pointer.onLasso(event),
      onDoubleClick: () => this.use("home"),
      onMoving: () => this.placeNames(),
      onMoved: () => {
        this.placeNames();
        this.pointer.updateHover();
      },
    });
  }

  /** @param {string} tool */
  use(tool) {
    if (tool === "home") {
      this.figure.zoomed = false;
      this.figure.fit().then(() => this.placeNames());
      return;
    }
    this.figure.use(tool);
    this.toolbar.press(tool);
  }

  /**
   * @param {number[]} rows
   * @param {import("./chosen.js").By} [by]
   */
  select(rows, by = "map") {
    showHint(this.page, "");
    this.model.select(rows, by);
    this.figure.mark();
    this.component?.setStateValue("selected", { rows, basis: this.data.selection, by });
  }

  /**
   * Ask the server for something; the moment tells one press of a key from another.
   * @param {Press} press
   */
  emit(press) {
    this.component?.setTriggerValue("pressed", { ...press, moment: Date.now() + Math.random() });
  }

  // --- for tests and for whoever embeds the map -------------------------------------------------------------------

  get data() {
    return this.model.data;
  }

  get now() {
    return this.model.now;
  }

  get selected() {
    return this.model.selected;
  }

  get flying() {
    return this.flight.flying;
  }

  get zoomed() {
    return this.figure.zoomed;
  }

  get plot() {
    return this.page.plot;
  }

  get isDrawn() {
    return this.figure.drawn;
  }

  positions() {
    return Array.from(this.now);
  }

  /**
   * Where a point is in the window.
   * @param {number} row
   * @returns {Pair}
   */
  pixelOf(row) {
    const [x, y] = this.figure.pixelOfPoint(row);
    const { left, top } = this.plot.getBoundingClientRect();
    return [left + x, top + y];
  }
}
