// The map's tools.

const TOOLS = [
  ["pan", "pan_tool", "Move the map (drag); the wheel zooms"],
  ["lasso", "lasso_select", "Draw around texts to select them"],
  ["select", "select", "Select a rectangle of texts"],
  ["home", "fit_screen", "Show the whole map"],
  ["keys", "keyboard", "Show all keys (?)"],
];

export class Toolbar {
  /**
   * @param {HTMLElement} element
   * @param {string} pressed
   * @param {(tool: string) => void} onUse
   */
  constructor(element, pressed, onUse) {
    this.buttons = TOOLS.map(([tool, icon, title]) => {
      const button = document.createElement("button");
      button.type = "button";
      button.title = title;
      button.setAttribute("aria-label", title);
      button.dataset.tool = tool;
      button.innerHTML = `<span class="gst-icon">${icon}</span>`;
      button.onclick = () => onUse(tool);
      return button;
    });
    element.append(...this.buttons);
    this.press(pressed);
  }

  /** @param {string} tool */
  press(tool) {
    for (const button of this.buttons) button.setAttribute("aria-pressed", String(button.dataset.tool === tool));
  }
}
