// The sheet over the map that names all keys: for `?`, and for the tool with a keyboard.

const KEYS = [
  ["1 … 9", "Label what is selected with that class"],
  ["u, Ctrl+Z", "Take the last step back"],
  ["Ctrl+Shift+Z", "Do it again"],
  ["Esc", "Clear the selection"],
  ["m", "Go to the map"],
  ["← → ↑ ↓", "On the map: to the next text in that direction, which is read out"],
  ["Enter", "On the map: select that text"],
  ["Space", "On the map: select it as well, or no longer"],
  ["+ −", "On the map: nearer, farther"],
  ["Home", "On the map: show all of it"],
  ["↑ ↓, PgUp, PgDn, Home, End", "In the table: to another text; with Shift all on the way are selected"],
  ["Enter", "In the table: show the text whole, or in one line again"],
  ["Space, Ctrl+A", "In the table: select the text as well, or no longer; select all"],
  ["Ctrl+C", "In the table: copy what is selected, or all"],
  ["Tab", "From one part of the page to the next"],
  ["?", "Show these keys"],
];

export class KeysSheet {
  /** @param {HTMLDialogElement} element */
  constructor(element) {
    this.element = element;
    const list = document.createElement("dl");
    for (const [keys, meaning] of KEYS) {
      const [term, words] = [document.createElement("dt"), document.createElement("dd")];
      term.append(...keys.split(", ").flatMap((key, i) => (i ? [", ", keyCap(key)] : [keyCap(key)])));
      words.textContent = meaning;
      list.append(term, words);
    }
    element.querySelector("h2")?.after(list);
    element.addEventListener("click", (event) => event.target === element && element.close()); // beside the sheet
  }

  show() {
    if (!this.element.open) this.element.showModal();
  }
}

/** @param {string} key */
function keyCap(key) {
  const cap = document.createElement("kbd");
  cap.textContent = key;
  return cap;
}
