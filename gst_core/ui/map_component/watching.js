// What changes around a map: the size of its stage, and whether the page is light or dark.

/**
 * Returns how to end that.
 * @param {HTMLElement} stage
 * @param {{ onSize(): void, onScheme(): void }} listeners
 */
export function watch(stage, { onSize, onScheme }) {
  const size = new ResizeObserver(onSize);
  size.observe(stage);
  const scheme = new MutationObserver(onScheme);
  scheme.observe(document.body, { attributes: true, attributeFilter: ["class", "style"] });
  return () => {
    size.disconnect();
    scheme.disconnect();
  };
}
