// Which tab of a browser this is. A server takes a page that is reloaded for another one; a person does not, who wants to
// take back what was done in it.

const KEY = "gst-tab";

/**
 * The name of this tab, the same after a reload.
 * @param {Pick<Storage, "getItem" | "setItem">} storage
 */
export function tabName(storage) {
  const known = storage.getItem(KEY);
  if (known) return known;
  const name = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, "0"),
  ).join("");
  storage.setItem(KEY, name);
  return name;
}

/** The name of this tab, or nothing where a browser keeps nothing. */
export function thisTab() {
  try {
    return tabName(window.sessionStorage);
  } catch {
    return "";
  }
}

export class Tab {
  #told = "";

  /**
   * Say once which tab this is; the server has another name for it after a reload.
   * @param {string} known the tab that the server takes this for
   * @param {(tab: string) => void} say
   */
  tell(known, say) {
    const tab = thisTab();
    if (tab && known !== tab && this.#told !== tab) say(tab);
    this.#told = tab;
  }
}
