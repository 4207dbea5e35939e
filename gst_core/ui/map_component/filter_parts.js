// The small parts that the filters are made of.

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {string} [className]
 * @param {string} [text]
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function make(tag, className = "", text = "") {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = text;
  return element;
}

/**
 * @param {string} className
 * @param {string} text
 * @param {() => void} onClick
 */
export function button(className, text, onClick) {
  const element = make("button", className, text);
  element.type = "button";
  element.addEventListener("click", onClick);
  return element;
}

/**
 * A button with a value, how many texts have it, and a bar of how many of them are left.
 * @param {{ name: string, total: number, left: number, chosen: boolean }} value
 * @param {number} most texts of any value
 * @param {() => void} onClick
 */
export function bar({ name, total, left, chosen }, most, onClick) {
  const element = button("gst-value", "", onClick);
  const [count, all] = [left.toLocaleString("en"), total.toLocaleString("en")];
  const words = make("span", "gst-value-name", name);
  element.append(words, make("span", "gst-value-count", left === total ? all : `${count} of ${all}`));
  element.style.setProperty("--total", `${(100 * total) / Math.max(1, most)}%`);
  element.style.setProperty("--left", `${(100 * left) / Math.max(1, most)}%`);
  element.setAttribute("aria-pressed", String(chosen));
  element.title = name;
  return element;
}

/**
 * A field whose words are told when Enter is pressed or the field is left.
 * @param {string} label
 * @param {(words: string) => void} onWords
 */
export function field(label, onWords) {
  const input = make("input", "gst-words");
  input.type = "search";
  input.placeholder = label;
  input.setAttribute("aria-label", label);
  input.addEventListener("keydown", (event) => event.stopPropagation()); // the map's keys
  input.addEventListener("change", () => onWords(input.value));
  input.addEventListener("search", () => onWords(input.value));
  return input;
}
