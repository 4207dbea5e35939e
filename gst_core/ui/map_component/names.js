// Names of groups on the map: at their densest spot, the largest first, never overlapping.

/** @import { Box, MapName, Pair } from "./types.js" */

/** @typedef {{ x: number, y: number, width: number, height: number }} Name a name's place on the map, its size in pixels */

/**
 * Where each name goes on the stage, null for those that have to wait: they would touch an earlier one, or lie outside.
 * @param {Name[]} names
 * @param {(x: number, y: number) => Pair} pixel
 * @param {Box} stage
 * @returns {(Pair | null)[]} top left corners
 */
export function spread(names, pixel, stage) {
  /** @type {number[][]} */
  const taken = [];
  return names.map((name) => {
    const [x, y] = pixel(name.x, name.y);
    const left = Math.min(Math.max(x - name.width / 2, 2), Math.max(stage.width - name.width - 2, 2));
    const box = [left - 6, y - name.height / 2 - 3, left + name.width + 6, y + name.height / 2 + 3];
    const outside = x < 0 || y < 8 || x > stage.width || y > stage.height - 8;
    const touches = taken.some((t) => box[0] < t[2] && box[2] > t[0] && box[1] < t[3] && box[3] > t[1]);
    if (outside || touches) return null;
    taken.push(box);
    return [left, y - name.height / 2];
  });
}

export class Names {
  /** @type {(Name & { node: HTMLElement })[]} */
  #items = [];
  #shown = "";

  /** @param {HTMLElement} element */
  constructor(element) {
    this.element = element;
  }

  /** @param {MapName[]} names */
  show(names) {
    const text = JSON.stringify(names);
    if (text === this.#shown) return;
    this.#shown = text;
    this.element.replaceChildren();
    this.#items = names.map(([x, y, title, colour]) => {
      const node = document.createElement("span");
      node.textContent = title;
      node.style.setProperty("--kind", colour);
      this.element.append(node);
      return { x, y, node, width: node.offsetWidth, height: node.offsetHeight };
    });
  }

  /**
   * @param {(x: number, y: number) => Pair} pixel
   * @param {Box} stage
   */
  place(pixel, stage) {
    spread(this.#items, pixel, stage).forEach((corner, i) => {
      const { node } = this.#items[i];
      node.classList.toggle("hidden", !corner);
      if (corner) node.style.transform = `translate(${corner[0]}px, ${corner[1]}px)`;
    });
  }
}
