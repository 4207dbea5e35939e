// Where the rows of a long table lie, and what its keys and clicks mean: arithmetic without a page.

export const ROW = 32; // pixels of a row that is not open
const BEYOND = 8; // rows above and below those that are seen, so that a turn of the wheel meets no gap

/** @typedef {{ index: number, extra: number }} Open the row that shows its whole text, and how much higher it is */
/** @typedef {[first: number, end: number]} Span */

/**
 * How far below the top a row begins.
 * @param {number} index
 * @param {Open | null} open
 */
export function topOf(index, open) {
  return index * ROW + (open && index > open.index ? open.extra : 0);
}

/**
 * The rows that a part of the table shows, and a few beyond.
 * @param {number} top
 * @param {number} height
 * @param {number} total
 * @param {Open | null} open
 * @returns {Span}
 */
export function seen(top, height, total, open) {
  /** @param {number} y */
  const at = (y) => {
    if (!open || y < topOf(open.index, null)) return Math.floor(y / ROW);
    return Math.max(open.index, Math.floor((y - open.extra) / ROW));
  };
  const first = Math.max(0, Math.min(at(top), total) - BEYOND);
  return [first, Math.max(first, Math.min(total, at(top + height) + 1 + BEYOND))];
}

/**
 * How far to scroll so that a row is seen whole; the same as now where it is.
 * @param {number} index
 * @param {number} top
 * @param {number} height of what is seen below the headings
 * @param {Open | null} open
 */
export function scrolledTo(index, top, height, open) {
  const from = topOf(index, open);
  const to = from + ROW + (open?.index === index ? open.extra : 0);
  if (from < top || to - from > height) return from;
  return to > top + height ? to - height : top;
}

/**
 * The row that a key leads to; null where it leads nowhere.
 * @param {string} key
 * @param {number} active -1 for none
 * @param {number} total
 * @param {number} page rows that are seen at once
 */
export function moved(key, active, total, page) {
  if (!total) return null;
  /** @type {Record<string, number>} */
  const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -total, End: total };
  const step = steps[key];
  return step === undefined ? null : Math.max(0, Math.min(total - 1, active + step));
}

/**
 * The texts from one row of the table to another.
 * @param {Int32Array} order
 * @param {number} from
 * @param {number} to
 */
export function between(order, from, to) {
  return Array.from(order.subarray(Math.min(from, to), Math.max(from, to) + 1));
}

/**
 * What is selected after a click, or the space bar: this text alone; with Ctrl this one more or less; with Shift all from
 * where the last one was.
 * @param {Int32Array} order
 * @param {number[]} selected
 * @param {{ index: number, anchor: number, more: boolean, range: boolean }} click
 */
export function selectedAfter(order, selected, { index, anchor, more, range }) {
  const row = order[index];
  if (range) {
    const added = between(order, anchor < 0 ? index : anchor, index);
    return more ? [...new Set([...selected, ...added])] : added;
  }
  if (!more) return [row];
  return selected.includes(row) ? selected.filter((i) => i !== row) : [...selected, row];
}
