// Copies a text that is still on its way: a browser lets a page copy only while the click is fresh, so it is given the
// promise of a text.

export const NOT_COPIED = "This browser copies nothing from this page. Save the texts as a file instead.";

/**
 * @param {Promise<string>} text
 * @param {Pick<Navigator, "clipboard">} browser
 * @returns {Promise<void>} rejected where the browser does not copy
 */
export async function copy(text, browser = navigator) {
  if (!browser.clipboard) throw new Error(NOT_COPIED); // the page did not come over https or from this machine
  if (browser.clipboard.write === undefined || typeof ClipboardItem === "undefined") {
    return browser.clipboard.writeText(await text);
  }
  const plain = text.then((words) => new Blob([words], { type: "text/plain" }));
  return browser.clipboard.write([new ClipboardItem({ "text/plain": plain })]);
}
