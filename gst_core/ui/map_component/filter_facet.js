// One column: its heading, and below it bars, a histogram or a field.

import { Histogram } from "./filter_histogram.js";
import { listed } from "./filter_model.js";
import { bar, button, field, make } from "./filter_parts.js";

/** @import { Facet, FilterAct } from "./types.js" */

/** @type {Map<string, boolean>} columns that a person has opened or folded, for as long as the page is there */
const opened = new Map();

export class FacetView {
  #whole = false;
  /** @type {Histogram | null} */
  #histogram = null;

  /**
   * @param {Facet} facet
   * @param {(act: FilterAct) => void} onAct
   */
  constructor(facet, onAct) {
    this.facet = facet;
    this.act = (/** @type {Omit<FilterAct, "column">} */ act) => onAct({ column: this.facet.key, ...act });
    this.element = make("section", "gst-facet");
    this.fold = button("gst-facet-title", "", () => this.#toggle());
    this.clear = button("gst-clear", "clear", () => this.act({ act: "clear" }));
    this.body = make("div", "gst-facet-body");
    const head = make("div", "gst-facet-head");
    head.append(this.fold, this.clear);
    this.element.append(head, this.body);
    this.values = make("div", "gst-values");
    this.missing = make("div", "gst-values");
    this.search = field("search values", () => {});
    this.search.addEventListener("input", () => this.#list());
    this.words = field("contains", (words) => {
      if (words.trim() !== this.facet.contains) this.act({ act: "contains", words });
    });
    this.unfold = button("gst-more", "", () => {
      this.#whole = !this.#whole;
      this.search.value = "";
      this.#list();
    });
  }

  get open() {
    return opened.get(this.facet.key) ?? (this.facet.open || this.facet.active);
  }

  #toggle() {
    opened.set(this.facet.key, !this.open);
    this.#showBody();
  }

  /** @param {Facet} facet */
  update(facet) {
    this.facet = facet;
    this.fold.textContent = facet.title;
    this.clear.hidden = !facet.active;
    this.clear.setAttribute("aria-label", `Clear the filter on ${facet.title}`);
    this.element.classList.toggle("active", facet.active);
    this.element.dataset.column = facet.key;
    this.#showBody();
  }

  #showBody() {
    this.fold.setAttribute("aria-expanded", String(this.open));
    this.body.hidden = !this.open;
    if (!this.open) return;
    const { kind, contains } = this.facet;
    if (kind === "category") this.#list();
    else if (kind === "range") this.#draw();
    else if (document.activeElement !== this.words) this.words.value = contains;
    if (!this.body.childElementCount) this.body.append(...this.#parts());
    this.#showMissing();
  }

  #parts() {
    if (this.facet.kind === "category") return [this.search, this.values, this.unfold, this.missing];
    return [this.#histogram?.element ?? this.words, this.missing];
  }

  #list() {
    const { values } = this.facet;
    const { found, others, foldable } = listed(this.facet, this.#whole, this.search.value);
    const most = Math.max(...values.map((value) => value.total));
    const focused = this.values.contains(document.activeElement) ? document.activeElement?.getAttribute("title") : null;
    this.values.replaceChildren(
      ...found.map((value) => bar(value, most, () => this.act({ act: "toggle", value: [value.place, value.name] }))),
    );
    if (focused !== null) this.#focus(focused);
    this.search.hidden = !this.#whole;
    this.unfold.hidden = !foldable;
    this.unfold.textContent = this.#whole ? "fewer" : `${others.toLocaleString("en")} more`;
  }

  /**
   * Give the focus back to the value that had it before the server's counts came.
   * @param {string | null | undefined} name
   */
  #focus(name) {
    const same = [...this.values.children].find((value) => value.getAttribute("title") === name);
    if (same instanceof HTMLElement) same.focus({ preventScroll: true });
  }

  #draw() {
    this.#histogram ??= new Histogram(this.facet, (range) => this.act({ act: "range", range }));
    this.#histogram.update(this.facet);
  }

  #showMissing() {
    const [total, left, chosen] = this.facet.missing;
    const value = { name: "no value", total, left, chosen };
    const most = Math.max(total, ...this.facet.values.map((one) => one.total), ...this.facet.totals);
    this.missing.replaceChildren(...(total || chosen ? [bar(value, most, () => this.act({ act: "missing" }))] : []));
  }
}
