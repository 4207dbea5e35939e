// The filters beside the map: how many texts remain, and every column with what it holds of them.

import { FacetView } from "./filter_facet.js";
import { button, make } from "./filter_parts.js";

/** @import { Component, FilterAct, FiltersData } from "./types.js" */

export class Filters {
  /** @type {Component<FiltersData> | null} */
  component = null;
  /** @type {Map<string, FacetView>} by column and kind */
  #facets = new Map();

  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.count = make("span", "gst-remain");
    this.count.setAttribute("role", "status");
    this.clear = button("gst-clear", "clear all", () => this.#tell({ act: "clear all" }));
    const head = make("div", "gst-facet-head");
    head.append(this.count, this.clear);
    this.list = make("div", "gst-facets");
    root.replaceChildren(head, this.list);
  }

  /** @param {FiltersData} data */
  show({ left, total, facets }) {
    const all = total.toLocaleString("en");
    this.count.textContent = left === null ? `all ${all} texts` : `${left.toLocaleString("en")} of ${all} remain`;
    this.clear.hidden = left === null;
    const views = facets.map((facet) => {
      const name = `${facet.kind} ${facet.key}`;
      const view = this.#facets.get(name) ?? new FacetView(facet, (act) => this.#tell(act));
      this.#facets.set(name, view);
      view.update(facet);
      return view.element;
    });
    const shown = [...this.list.children];
    if (views.length !== shown.length || views.some((view, i) => view !== shown[i]))
      this.list.replaceChildren(...views);
  }

  /**
   * Tell the server what was done; the moment tells one act from the same one again.
   * @param {FilterAct} act
   */
  #tell(act) {
    this.component?.setTriggerValue("act", { ...act, moment: Date.now() + Math.random() });
  }
}

/** @type {WeakMap<Element, Filters>} */
const drawn = new WeakMap();

/** @param {Component<FiltersData>} component */
export default function showFilters(component) {
  const root = /** @type {HTMLElement} */ (component.parentElement.querySelector(".gst-filters"));
  const filters = drawn.get(root) ?? new Filters(root);
  drawn.set(root, filters);
  filters.component = component;
  filters.show(component.data);
}
