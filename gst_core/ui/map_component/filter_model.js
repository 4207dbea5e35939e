// What a pointer and keys mean on a histogram, and which values of a category are listed; nothing here knows the page.

/** @import { Facet, Range } from "./types.js" */

const SHORT = 8; // values that are listed until a person asks for all
const GRIP = 0.6; // of a bin: so near to an end of the range, the end is dragged

/**
 * The bin at a place.
 * @param {number} x from the left edge
 * @param {number} width
 * @param {number} bins
 */
export function binAt(x, width, bins) {
  return Math.min(bins - 1, Math.max(0, Math.floor((x / width) * bins)));
}

/**
 * What a press on a histogram begins: to drag an end of the range, or a new range from this bin on. The bin that stays
 * is the anchor.
 * @param {number} x
 * @param {number} width
 * @param {number} bins
 * @param {Range | null} range
 * @returns {number}
 */
export function anchorOf(x, width, bins, range) {
  const place = (x / width) * bins;
  if (range && Math.abs(place - range[0]) < GRIP) return range[1] - 1;
  if (range && Math.abs(place - range[1]) < GRIP) return range[0];
  return binAt(x, width, bins);
}

/**
 * The range between two bins, these included.
 * @param {number} anchor
 * @param {number} bin
 * @returns {Range}
 */
export function between(anchor, bin) {
  return [Math.min(anchor, bin), Math.max(anchor, bin) + 1];
}

/**
 * The range after a key was pressed on one of its ends; null where it is to go, and undefined where the key means
 * nothing.
 * @param {string} key
 * @param {0 | 1} end
 * @param {Range | null} range
 * @param {number} bins
 * @returns {Range | null | undefined}
 */
export function movedByKey(key, end, range, bins) {
  if (key === "Delete" || key === "Backspace" || key === "Escape") return range ? null : undefined;
  const [from, to] = range ?? [0, bins];
  const page = Math.max(1, Math.round(bins / 10));
  /** @type {Record<string, number>} */
  const steps = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -page, PageUp: page };
  const step = key === "Home" ? -bins : key === "End" ? bins : steps[key];
  if (step === undefined) return undefined;
  return end === 0
    ? [Math.min(to - 1, Math.max(0, from + step)), to]
    : [from, Math.max(from + 1, Math.min(bins, to + step))];
}

/**
 * The bins of a range that the server says as numbers; null where it has none.
 * @param {Facet} facet
 * @returns {Range | null}
 */
export function rangeOf({ edges, low, high }) {
  if (low === null && high === null) return null;
  const bins = edges.length - 1;
  const from = low === null ? 0 : edges.findLastIndex((edge) => edge <= low);
  const to = high === null ? bins : edges.findIndex((edge) => edge >= high);
  const first = Math.min(bins - 1, Math.max(0, from));
  return [first, Math.max(first + 1, to < 0 ? bins : to)];
}

/**
 * What a range is called.
 * @param {Facet} facet
 * @param {Range | null} range
 */
export function wordsOf({ starts, ends }, range) {
  const [from, to] = range ?? [0, starts.length];
  const [start, end] = [starts[from], ends[to - 1]];
  return start === end ? start : `${start} – ${end}`;
}

/**
 * The values that are listed, and how many are not: the first few and those that are chosen, or all that hold the words
 * of a search.
 * @param {Facet} facet
 * @param {boolean} whole
 * @param {string} search
 */
export function listed({ values, more }, whole, search) {
  const wanted = search.trim().toLowerCase();
  const found = values.filter((value, i) => {
    if (whole) return value.name.toLowerCase().includes(wanted);
    return i < SHORT || value.chosen;
  });
  return { found, others: values.length - found.length + more, foldable: values.length + more > SHORT };
}
