// The legend: what colours mean; a kind that is clicked hides or comes back.

/** @import { Colouring } from "./types.js" */

const SHOWN = 14; // kinds; more would take the map's room
const STEP = 24; // of the scale's stops one in so many is enough for a gradient

/** What it means that a point is pale. */
function paleness() {
  const note = document.createElement("span");
  note.className = "gst-paleness";
  note.title = "The paler a point, the less sure it is what it belongs to";
  note.textContent = "pale: unsure";
  return note;
}

export class Legend {
  /**
   * @param {HTMLElement} element
   * @param {Set<number>} hidden
   * @param {() => void} onChange
   */
  constructor(element, hidden, onChange) {
    this.element = element;
    this.hidden = hidden;
    this.onChange = onChange;
  }

  /** @param {Colouring} colouring */
  show({ kind, names, colours, legend, palest }) {
    this.element.replaceChildren();
    if (legend) this.#showKinds(kind, names, colours);
    if (palest !== null) this.element.append(paleness());
  }

  /**
   * @param {Colouring["kind"]} kind
   * @param {string[]} names
   * @param {string[]} colours
   */
  #showKinds(kind, names, colours) {
    if (kind === "scale") {
      const bar = document.createElement("span");
      bar.className = "gst-scale";
      bar.style.background = `linear-gradient(90deg, ${colours.filter((_, i) => i % STEP === 0).join(",")})`;
      this.element.append(names[0], bar, names[1]);
      return;
    }
    this.element.append(...names.slice(0, SHOWN).map((name, i) => this.#item(name, colours[i], i)));
    if (names.length > SHOWN) this.element.append(`and ${names.length - SHOWN} more`);
  }

  /**
   * @param {string} name
   * @param {string} colour
   * @param {number} number
   */
  #item(name, colour, number) {
    const item = document.createElement("button");
    const showState = () => item.setAttribute("aria-pressed", String(!this.hidden.has(number)));
    item.type = "button";
    item.title = "Hide or show these texts";
    item.style.setProperty("--kind", colour);
    item.textContent = name;
    showState();
    item.onclick = () => {
      if (!this.hidden.delete(number)) this.hidden.add(number);
      showState();
      this.onChange();
    };
    return item;
  }
}
