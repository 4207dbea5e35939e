// A histogram on which a range is dragged, and moved by keys at its two ends.

import { anchorOf, between, binAt, movedByKey, rangeOf, wordsOf } from "./filter_model.js";
import { make } from "./filter_parts.js";

/** @import { Facet, Range } from "./types.js" */

const HEIGHT = 44; // pixels
const LEAST = 2; // pixels of a bin that holds something
const PATIENCE = 350; // milliseconds after the last key until the server hears of it

export class Histogram {
  /** @type {Facet} */
  #facet;
  /** @type {Range | null} */
  #range = null;
  /** @type {number | null} the bin that stays while one drags */
  #anchor = null;
  /** @type {ReturnType<typeof setTimeout> | null} tells the server what keys did */
  #later = null;

  /**
   * @param {Facet} facet
   * @param {(range: Range | null) => void} onRange
   */
  constructor(facet, onRange) {
    this.#facet = facet;
    this.onRange = onRange;
    this.words = make("div", "gst-range");
    this.bars = make("div", "gst-bins");
    this.ends = [this.#thumb(0), this.#thumb(1)];
    this.plot = make("div", "gst-histogram");
    this.plot.append(this.bars, ...this.ends);
    this.element = make("div");
    this.element.append(this.plot, this.words);
    this.plot.addEventListener("pointerdown", (event) => this.#press(event));
    this.plot.addEventListener("pointermove", (event) => this.#drag(event));
    this.plot.addEventListener("pointerup", () => this.#release());
    this.plot.addEventListener("pointercancel", () => {
      this.#anchor = null;
      this.update(this.#facet);
    });
    this.plot.addEventListener("dblclick", () => this.#choose(null));
  }

  /** @param {Facet} facet */
  update(facet) {
    this.#facet = facet;
    const busy = this.#anchor !== null || this.#later !== null; // a person is about to choose another range
    if (!busy) this.#range = rangeOf(facet);
    const most = Math.max(1, ...facet.totals);
    this.bars.replaceChildren(
      ...facet.totals.map((total, i) => {
        const bin = make("span");
        bin.title = `${wordsOf(facet, [i, i + 1])}: ${facet.lefts[i].toLocaleString("en")} of ${total.toLocaleString("en")}`;
        bin.style.setProperty("--total", this.#height(total, most));
        bin.style.setProperty("--left", this.#height(facet.lefts[i], most));
        return bin;
      }),
    );
    this.#show();
  }

  get #bins() {
    return this.#facet.starts.length;
  }

  /**
   * @param {number} count
   * @param {number} most
   */
  #height(count, most) {
    return `${count ? Math.max(LEAST, Math.round((HEIGHT * count) / most)) : 0}px`;
  }

  /** @param {0 | 1} end */
  #thumb(end) {
    const thumb = make("span", "gst-thumb");
    thumb.tabIndex = 0;
    thumb.setAttribute("role", "slider");
    thumb.addEventListener("keydown", (event) => {
      const range = movedByKey(event.key, end, this.#range, this.#bins);
      if (range === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      event.stopPropagation();
      this.#range = range;
      this.#show();
      this.#wait();
      this.#later = setTimeout(() => this.#choose(this.#range), PATIENCE);
    });
    return thumb;
  }

  #show() {
    const [from, to] = this.#range ?? [0, this.#bins];
    const { title, starts, ends } = this.#facet;
    [...this.bars.children].forEach((bin, i) => bin.classList.toggle("out", i < from || i >= to));
    [from, to].forEach((edge, end) => {
      const thumb = this.ends[end];
      thumb.style.left = `${(100 * edge) / this.#bins}%`;
      thumb.setAttribute("aria-label", end === 0 ? `${title} from` : `${title} to`);
      thumb.setAttribute("aria-valuemin", "0");
      thumb.setAttribute("aria-valuemax", String(this.#bins));
      thumb.setAttribute("aria-valuenow", String(edge));
      thumb.setAttribute("aria-valuetext", end === 0 ? starts[from] : ends[to - 1]);
    });
    this.plot.classList.toggle("ranged", this.#range !== null);
    this.words.textContent = wordsOf(this.#facet, this.#range);
  }

  /** @param {PointerEvent} event */
  #place(event) {
    const { left, width } = this.plot.getBoundingClientRect();
    return { x: event.clientX - left, width };
  }

  /** @param {PointerEvent} event */
  #press(event) {
    if (event.button !== 0) return;
    const { x, width } = this.#place(event);
    this.plot.setPointerCapture(event.pointerId);
    this.#anchor = anchorOf(x, width, this.#bins, this.#range);
    this.#drag(event);
  }

  /** @param {PointerEvent} event */
  #drag(event) {
    if (this.#anchor === null) return;
    const { x, width } = this.#place(event);
    this.#range = between(this.#anchor, binAt(x, width, this.#bins));
    this.#show();
  }

  #release() {
    if (this.#anchor === null) return;
    this.#anchor = null;
    this.#choose(this.#range);
  }

  /** @param {Range | null} range */
  #choose(range) {
    this.#range = range;
    this.#show();
    this.#wait();
    this.onRange(range);
  }

  #wait() {
    if (this.#later !== null) clearTimeout(this.#later);
    this.#later = null;
  }
}
