import assert from "node:assert/strict";
import { test } from "node:test";

import { Store } from "../../gst_core/ui/map_component/store.js";

test("a value is kept while somebody holds it", () => {
  const store = new Store();
  const leave = store.put({}, "hotel", 1);
  const end = store.hold({}, "hotel");
  leave();
  assert.equal(store.get("hotel"), 1, "a map uses it");
  end();
  assert.equal(store.get("hotel"), undefined);
});

test("who holds another thing lets go of the first", () => {
  const store = new Store();
  const component = {};
  for (let i = 0; i < 100; i++) store.put(component, `corpus ${i}`, i);
  assert.equal(store.size, 1);
  assert.equal(store.get("corpus 99"), 99);
});

test("a thing that is held before it comes stays when it came", () => {
  const store = new Store();
  store.hold({}, "hotel");
  store.put({}, "hotel", 1)();
  assert.equal(store.get("hotel"), 1);
});

test("an old call that is cleaned up takes nothing from a newer one", () => {
  const store = new Store();
  const place = {};
  const old = store.put(place, "hotel", 1);
  store.put(place, "hotel", 2);
  old();
  assert.equal(store.get("hotel"), 2);
});

test("letting go twice takes nothing from others", () => {
  const store = new Store();
  const leave = store.put({}, "hotel", 1);
  store.hold({}, "hotel");
  leave();
  leave();
  assert.equal(store.get("hotel"), 1);
});

test("who waits gets what is there, or what comes", async () => {
  const store = new Store();
  const later = store.when(
    () => store.get("hotel"),
    () => false,
  );
  store.put({}, "letters", 1);
  store.put({}, "hotel", 2);
  assert.equal(await later, 2);
  const now = store.when(
    () => store.get("letters"),
    () => false,
  );
  assert.equal(await now, 1);
});

test("who gives up gets nothing, as soon as it is told to look", async () => {
  const store = new Store();
  let ended = false;
  const waiting = store.when(
    () => store.get("hotel"),
    () => ended,
  );
  ended = true;
  store.wake();
  assert.equal(await waiting, null);
});

test("who has got what it waited for looks no more", async () => {
  const store = new Store();
  let looks = 0;
  const find = () => {
    looks++;
    return store.get("hotel");
  };
  const waiting = store.when(find, () => false);
  store.put({}, "hotel", 1);
  await waiting;
  const before = looks;
  store.wake();
  assert.equal(looks, before);
});

test("who watches hears of each value until it watches no more", () => {
  const store = new Store();
  let changes = 0;
  const end = store.onChange(() => changes++);
  store.put({}, "hotel", 1);
  end();
  store.put({}, "hotel", 2);
  assert.equal(changes, 1);
});
