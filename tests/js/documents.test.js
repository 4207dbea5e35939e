import assert from "node:assert/strict";
import { test } from "node:test";

import keepDocuments, { Texts } from "../../gst_core/ui/map_component/documents.js";
import { documents } from "../../gst_core/ui/map_component/store.js";

const sent = (rows) => ({ key: "hotel", rows, texts: rows.map((row) => `text ${row}`), metadata: {} });

/** Texts that are asked for, and what was asked. */
function asked() {
  const texts = new Texts();
  const requests = [];
  const timers = [];
  texts.ask = (rows) => requests.push(rows);
  texts.later = (again) => timers.push(again);
  return { texts, requests, timers };
}

test("what was sent is known with its facts", () => {
  const texts = new Texts();
  texts.take({ key: "hotel", rows: [7, 9], texts: ["Fine.", "Dirty."], metadata: { stars: ["5", "1"] } });
  assert.deepEqual(texts.get(9), { text: "Dirty.", facts: [["stars", "1"]], marks: [] });
  assert.equal(texts.get(0), undefined);
});

test("texts are asked for once, and what is known is not asked for", () => {
  const { texts, requests } = asked();
  texts.take(sent([1]));
  texts.want([1, 2, 3], 0);
  texts.want([2], 10);
  assert.deepEqual(requests, [[2, 3]]);
  texts.want([1, 2], 20);
  texts.take(sent([2, 3]));
  texts.want([1, 2, 3], 30);
  assert.deepEqual(requests, [[2, 3]]);
});

test("what is wanted while others are on their way is asked for when those have come, the latest only", () => {
  const { texts, requests } = asked();
  texts.want([1], Date.now());
  texts.want([2], Date.now());
  texts.want([3], Date.now());
  texts.take(sent([1]));
  assert.deepEqual(requests, [[1], [3]]);
});

test("a request that is lost is made again", () => {
  const { texts, requests } = asked();
  texts.want([1], 0);
  texts.want([1], 10_000);
  assert.deepEqual(requests, [[1], [1]]);
});

test("a request that is lost is made again though nobody moves the mouse, until the texts are there", () => {
  const { texts, requests, timers } = asked();
  texts.want([1, 2], 0);
  timers.pop()();
  assert.deepEqual(requests, [
    [1, 2],
    [1, 2],
  ]);
  texts.take(sent([1, 2]));
  timers.pop()();
  assert.equal(requests.length, 2);
});

test("a browser keeps a bounded number of texts", () => {
  const texts = new Texts();
  for (let start = 0; start < 30_000; start += 100) texts.take(sent(Array.from({ length: 100 }, (_, i) => start + i)));
  assert.equal(texts.get(0), undefined);
  assert.equal(texts.get(29_999).text, "text 29999");
});

test("texts are kept while their component is on the page, and asked for through it", () => {
  const triggers = [];
  const component = {
    data: sent([0]),
    parentElement: {},
    setTriggerValue: (name, value) => triggers.push([name, value]),
  };
  const leave = keepDocuments(component);
  documents.get("hotel").later = () => {};
  documents.get("hotel").want([5]);
  assert.deepEqual(triggers, [["wanted", { rows: [5] }]]);
  keepDocuments({ ...component, data: sent([5]) });
  assert.equal(documents.get("hotel").get(0).text, "text 0");
  assert.equal(documents.get("hotel").get(5).text, "text 5");
  leave();
  assert.notEqual(documents.get("hotel"), undefined, "a newer call holds it");
});
