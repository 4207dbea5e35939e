// The map itself: its parts, and what goes between them, the server and the analyst.

import { arrived } from "./arriving.js";
import { Arrows } from "./arrows.js";
import { follow } from "./chosen.js";
import { Display } from "./display.js";
import { Figure } from "./figure.js";
import { Flight } from "./flight.js";
import { Keys } from "./keys.js";
import { KeysSheet } from "./keys_sheet.js";
import { Legend } from "./legend.js";
import { Model } from "./model.js";
import { Overlay } from "./overlay.js";
import { buildPage, showHint, showStatus } from "./page.js";
import { Pointer } from "./pointer.js";
import { documents, positions } from "./store.js";
import { Tab } from "./tab.js";
import { Toolbar } from "./toolbar.js";
import { Tooltip } from "./tooltip.js";
import { watch } from "./watching.js";

/** @import { Component, MapData, Pair, Press, Status } from "./types.js" */

export class TextMap {
  /** @type {Component<MapData> | null} how to speak to the server */
  component = null;
  /** @type {MapData | null} what the server said last, though its points may not be there yet */
  #waiting = null;
  #listening = false;
  #tab = new Tab();
  /** @type {(() => void)[]} let go of what this map holds in the stores */
  #releases = [];

  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.page = buildPage(root);
    const { plot, stage } = this.page;
    this.model = new Model();
    this.figure = new Figure(plot, stage, this.model);
    this.display = new Display();
    this.overlay = new Overlay(this.page, this.figure, this.model, this.display);
    this.sheet = new KeysSheet(this.page.keys);
    this.legend = new Legend(this.page.legend, this.model.hidden, () => this.figure.paint());
    this.toolbar = new Toolbar(this.page.tools, this.figure.tool, (tool) => this.use(tool));
    const onSelect = (/** @type {number[]} */ rows) => this.select(rows);
    this.pointer = new Pointer(this.figure, this.model, new Tooltip(this.page.tooltip, this.page.said), onSelect);
    this.arrows = new Arrows(this.figure, this.model, this.pointer, {
      onSelect,
      onHome: () => this.use("home"),
      onMoved: () => this.overlay.place(),
    });
    this.flight = new Flight(this.figure, this.model, {
      onStart: () => this.pointer.unhover(),
      onMove: () => this.overlay.place({ moving: this.flight.flying }),
      onFlightEnd: () => this.onFlightEnd(),
    });
    this.keys = this.#keys();
    const unwatch = documents.onChange(() => this.pointer.onText());
    const unsee = watch(stage, {
      onSize: () => this.#takeRoom(),
      onScheme: () => this.figure.isSeen && this.figure.mark(),
    });
    this.unlisten = [unwatch, unsee, follow(this), () => this.overlay.end()];
  }

  #keys() {
    return new Keys(this.model, {
      isSeen: () => this.page.stage.isConnected,
      onClear: () => this.select([]),
      onUnselected: () => showHint(this.page, "Select a text first: click it, or draw around several."),
      onPress: (press) => this.emit(press),
      onKeys: () => this.sheet.show(),
      onMap: () => this.page.stage.focus(),
    });
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
    const fail = (/** @type {string} */ why) => this.showStatus([why, false, 0]);
    const points = await arrived(data, () => this.#waiting !== data, fail);
    if (!points) return;
    const { newPlaces, newColours } = this.model.update(data, points);
    if (this.root.isConnected) this.#announce();
    this.showStatus(data.status ?? ["", false, 0]);
    if (newColours) this.legend.show(this.model.colouring);
    if (newPlaces) this.display.fit(this.model.standing, this.figure.aspect, { mayTurn: !this.model.running });
    const target = newPlaces ? this.display.of(points) : this.flight.target;
    if (!this.figure.drawn || this.model.now.length !== target.length) {
      await this.flight.appear(target);
      this.#listen();
      await this.#takeRoom(); // drawing takes a while, and the page around the stage has filled
    } else {
      if (newColours) this.figure.paint();
      this.figure.markIfChanged();
      if (newPlaces) this.flight.fly(target);
      else this.flight.settle();
    }
    this.overlay.show(data.names);
    this.#tab.tell(data.tab, (tab) => this.component?.setStateValue("tab", tab));
  }

  /** The stage has another size: have the points lie along it. */
  async #takeRoom() {
    if (!this.figure.isSeen || this.figure.isRightSize) return;
    this.display.fit(this.model.standing, this.figure.aspect, { mayTurn: false });
    const target = this.display.of(this.model.points);
    if (this.flying) this.flight.fly(target);
    else this.model.now = this.flight.target = target;
    await this.figure.resize();
    this.overlay.place();
  }

  onFlightEnd() {
    this.root.dataset.revision = String(this.data.revision);
    this.pointer.updateHover();
    this.overlay.place();
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
      onMoving: () => this.overlay.place({ moving: true }),
      onMoved: () => {
        this.overlay.place();
        this.pointer.updateHover();
      },
    });
  }

  /** @param {string} tool */
  use(tool) {
    if (tool === "keys") {
      this.sheet.show();
      return;
    }
    if (tool === "home") {
      this.figure.zoomed = false;
      this.figure.fit().then(() => this.overlay.place());
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

  /** Where the points belong, as the server said; they may be turned and spread to be drawn. */
  positions() {
    return Array.from(this.model.points);
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
