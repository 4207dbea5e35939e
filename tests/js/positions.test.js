import assert from "node:assert/strict";
import { test } from "node:test";

import keepPositions, { readPositions, sameBits } from "../../gst_core/ui/map_component/positions.js";
import { positions } from "../../gst_core/ui/map_component/store.js";

/** What positions_payload of contract.py writes. */
function payload(key, revision, points) {
  const name = new TextEncoder().encode(key);
  const bytes = new Uint8Array(8 + Math.ceil(name.length / 4) * 4 + 4 * points.length);
  new Uint32Array(bytes.buffer, 0, 2).set([revision, name.length]);
  bytes.set(name, 8);
  bytes.set(new Uint8Array(Float32Array.from(points).buffer), bytes.length - 4 * points.length);
  return bytes;
}

for (const key of ["", "map", "four", "Straße ☂"]) {
  test(`positions are read for the key “${key}”`, () => {
    const read = readPositions(payload(key, 4_000_000_000, [1.5, -2, NaN, 0]));
    assert.deepEqual(read, { key, revision: 4_000_000_000, points: Float32Array.of(1.5, -2, NaN, 0) });
  });
}

test("bytes that lie anywhere in a larger buffer are read", () => {
  const bytes = payload("map", 7, [1, 2]);
  const larger = new Uint8Array(bytes.length + 3);
  larger.set(bytes, 3);
  assert.deepEqual(readPositions(larger.subarray(3)).points, Float32Array.of(1, 2));
});

test("a map without points has none", () => {
  assert.equal(readPositions(payload("map", 1, [])).points.length, 0);
});

test("arrays are the same by their bits", () => {
  assert.equal(sameBits(Float32Array.of(1, NaN), Float32Array.of(1, NaN)), true);
  assert.equal(sameBits(Float32Array.of(1, 2), Float32Array.of(1, 2.0000002)), false);
  assert.equal(sameBits(Float32Array.of(0), Float32Array.of(-0)), false);
  assert.equal(sameBits(Float32Array.of(1), Float32Array.of(1, 2)), false);
  assert.equal(sameBits(Float32Array.of(9, 1, 2).subarray(1), Float32Array.of(1, 2)), true);
});

test("points that did not move stay the very same array, of the newest revision", () => {
  const parentElement = {};
  const say = (revision, points) => keepPositions({ data: payload("map", revision, points), parentElement });
  say(1, [1, 2]);
  const { points } = positions.get("map");
  say(2, [1, 2]);
  assert.equal(positions.get("map").points, points);
  assert.equal(positions.get("map").revision, 2);
  const release = say(3, [1, 3]);
  assert.notEqual(positions.get("map").points, points);
  release();
  assert.equal(positions.size, 0);
});

test("what is sent again is read as what was sent before", () => {
  const bytes = payload("map", 7, [1, 2]);
  bytes[7] = 3;
  assert.deepEqual(readPositions(bytes), { key: "map", revision: 7, points: Float32Array.of(1, 2) });
});
