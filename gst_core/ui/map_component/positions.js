// Keeps where the points of each map belong. They come as bytes, which is the whole of what this component is given.

import { positions } from "./store.js";

const SENT_AGAIN = 2 ** 24; // as in contract.py

/**
 * Read what stands before the numbers, and where these begin.
 * @param {Uint8Array} bytes
 */
export function headOf(bytes) {
  const [revision, told] = new Uint32Array(bytes.slice(0, 8).buffer);
  const length = told % SENT_AGAIN;
  const key = new TextDecoder().decode(bytes.slice(8, 8 + length));
  return { key, revision, start: 8 + Math.ceil(length / 4) * 4 };
}

/**
 * Read what `positions_payload` of contract.py wrote.
 * @param {Uint8Array} bytes
 */
export function readPositions(bytes) {
  const { key, revision, start } = headOf(bytes);
  return { key, revision, points: new Float32Array(bytes.slice(start).buffer) };
}

/**
 * Whether two arrays are the same to the last bit; points without a place (NaN) are the same, too.
 * @param {Float32Array} a
 * @param {Float32Array} b
 */
export function sameBits(a, b) {
  if (a.length !== b.length) return false;
  const [x, y] = [a, b].map((array) => new Uint32Array(array.buffer, array.byteOffset, array.length));
  return x.every((bits, i) => bits === y[i]);
}

/**
 * The points of a revision; they come beside the rest of what the server says, sooner or later than it.
 * @param {import("./types.js").MapData} data
 * @param {() => boolean} givenUp
 */
export function pointsOf({ key, revision }, givenUp) {
  const find = () => {
    const known = positions.get(key);
    return known?.revision === revision ? known.points : null;
  };
  return positions.when(find, givenUp);
}

/** @param {import("./types.js").Component<Uint8Array>} component */
export default function keepPositions({ data, parentElement }) {
  const { key, revision, points } = readPositions(data);
  const known = positions.get(key)?.points;
  // The very same array tells a map that nothing moved.
  return positions.put(parentElement, key, { revision, points: known && sameBits(known, points) ? known : points });
}
