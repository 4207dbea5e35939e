// A chart beside the map: a figure of Plotly in the page's colours, which tells what is clicked in it. What a bar, a point
// or a flow stands for is its `customdata`.

import { loadPlotly, plotly } from "./plotly.js";

/** @import { ChartData, Component, Plot } from "./types.js" */

const CONFIG = { displayModeBar: false, responsive: true, doubleClick: false };
const GRID = 0.14; // opacity of the lines behind a chart, as in the page's tables

/**
 * What the page's theme says of colours and letters.
 * @param {Element} element
 */
function themeOf(element) {
  const style = getComputedStyle(element);
  return {
    ink: style.color,
    paper: style.getPropertyValue("--st-background-color").trim(),
    family: style.fontFamily,
  };
}

/**
 * A layout in the page's colours; what the server says of it counts more.
 * @param {Record<string, any>} layout
 * @param {{ ink: string, paper: string, family: string }} theme
 * @returns {Record<string, any>}
 */
export function dressed(layout, { ink, paper, family }) {
  const [red, green, blue] = ink.match(/\d+/g) ?? ["128", "128", "128"];
  const lines = { gridcolor: `rgba(${red},${green},${blue},${GRID})`, zeroline: false, fixedrange: true };
  return {
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    dragmode: false,
    ...layout,
    font: { size: 12, color: ink, family, ...layout.font },
    hoverlabel: { bgcolor: paper, bordercolor: ink, font: { color: ink, family }, align: "left" },
    xaxis: { ...lines, ...layout.xaxis },
    yaxis: { ...lines, ...layout.yaxis },
  };
}

/**
 * A chart's layout with its height, which Plotly does not take from its place when it draws there again.
 * @param {Pick<ChartData, "layout" | "height">} data
 * @returns {Record<string, any>}
 */
export function sized({ layout, height }) {
  return { ...layout, height };
}

/**
 * What was clicked, as the server has named it; nothing where it has no name.
 * @param {{ points?: { customdata?: unknown }[] }} event
 * @returns {number[] | null}
 */
export function meantBy(event) {
  const named = event.points?.[0]?.customdata;
  return Array.isArray(named) && named.every((part) => typeof part === "number") ? named : null;
}

class Chart {
  /** @type {Component<ChartData> | null} */
  component = null;
  #drawn = false;

  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.plot = /** @type {Plot} */ (/** @type {unknown} */ (root.appendChild(document.createElement("div"))));
    this.scheme = new MutationObserver(() => this.#drawn && this.draw()); // light or dark
    this.scheme.observe(document.body, { attributes: true, attributeFilter: ["class", "style"] });
  }

  /** @param {Component<ChartData>} component */
  async show(component) {
    this.component = component;
    const { alt, height, script } = component.data;
    this.root.setAttribute("role", "img");
    this.root.setAttribute("aria-label", alt);
    this.plot.style.height = `${height}px`;
    try {
      await loadPlotly(script);
    } catch (error) {
      this.root.textContent = /** @type {Error} */ (error).message;
      return;
    }
    if (this.component === component && this.root.isConnected) await this.draw();
  }

  async draw() {
    if (!this.component) return;
    const { data } = this.component;
    await plotly().react(this.plot, data.traces, dressed(sized(data), themeOf(this.root)), CONFIG);
    if (!this.#drawn) this.plot.on("plotly_click", (event) => this.#tell(meantBy(event)));
    this.#drawn = true;
    this.root.dataset.drawn = "yes";
  }

  /** @param {number[] | null} meant */
  #tell(meant) {
    if (meant) this.component?.setTriggerValue("clicked", { meant, moment: Date.now() + Math.random() });
  }

  end() {
    this.component = null;
    this.scheme.disconnect();
    if (this.#drawn) plotly().purge(this.plot);
    this.plot.remove();
  }
}

/** @type {WeakMap<Element, Chart>} */
const charts = new WeakMap();

/**
 * Streamlit calls this for each thing that it has for the component, and what it returns when the component leaves.
 * @param {Component<ChartData>} component
 */
export default function showChart(component) {
  const root = /** @type {HTMLElement} */ (component.parentElement.querySelector(".gst-chart"));
  const chart = charts.get(root) ?? new Chart(root);
  charts.set(root, chart);
  chart.show(component);
  return () => {
    if (chart.component !== component) return; // Streamlit also cleans up after a call that a newer one has overtaken
    charts.delete(root);
    chart.end();
  };
}
