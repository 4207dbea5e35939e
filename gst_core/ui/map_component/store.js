// What the server sends once and maps use for long: the texts of a corpus, and where points belong. It is kept as long as
// somebody holds it: the component that brought it, while it is on the page, or a map that shows it or waits to come back.

/** @import { Documents, Order, Positions } from "./types.js" */

/** @template Value */
export class Store {
  /** @type {Map<string, Value>} */
  #values = new Map();
  /** @type {Map<object, { key: string }>} */
  #held = new Map();
  #changes = new EventTarget();

  /** @param {string} key */
  get(key) {
    return this.#values.get(key);
  }

  get size() {
    return this.#values.size;
  }

  /**
   * Take a value that `holder` brought, and keep it until the holder lets go or holds another one.
   * @param {object} holder
   * @param {string} key
   * @param {Value} value
   */
  put(holder, key, value) {
    this.#values.set(key, value);
    const release = this.hold(holder, key);
    this.wake();
    return release;
  }

  /**
   * Keep what has this key, now or later, instead of what the holder held before. Returns how to let go of it; that does
   * nothing once the holder holds again: Streamlit may clean up after an old call when a newer one has been made.
   * @param {object} holder
   * @param {string} key
   */
  hold(holder, key) {
    const held = { key };
    this.#held.set(holder, held);
    this.#sweep();
    return () => {
      if (this.#held.get(holder) !== held) return;
      this.#held.delete(holder);
      this.#sweep();
    };
  }

  #sweep() {
    const needed = new Set([...this.#held.values()].map((held) => held.key));
    for (const key of this.#values.keys()) if (!needed.has(key)) this.#values.delete(key);
  }

  /**
   * Wait until `find` returns something, which may be sooner or later than who waits for it; null when given up.
   * @template Found
   * @param {() => Found | null | undefined} find
   * @param {() => boolean} givenUp
   * @returns {Promise<Found | null>}
   */
  when(find, givenUp) {
    return new Promise((done) => {
      const look = () => {
        const found = find();
        if (!found && !givenUp()) return;
        this.#changes.removeEventListener("change", look);
        done(found || null);
      };
      this.#changes.addEventListener("change", look);
      look();
    });
  }

  /**
   * Have a listener hear of each value that comes. Returns how to end that.
   * @param {() => void} listener
   */
  onChange(listener) {
    this.#changes.addEventListener("change", listener);
    return () => this.#changes.removeEventListener("change", listener);
  }

  /** Have all who wait look again, at what came or whether to give up. */
  wake() {
    this.#changes.dispatchEvent(new Event("change"));
  }
}

/** @type {Store<Documents>} */
export const documents = new Store();

/** @type {Store<Positions>} */
export const positions = new Store();

/** @type {Store<Order>} */
export const orders = new Store();
