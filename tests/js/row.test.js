import assert from "node:assert/strict";
import { test } from "node:test";

import { copy, NOT_COPIED } from "../../gst_core/ui/map_component/clipboard.js";
import { orderOf, widths } from "../../gst_core/ui/map_component/heads.js";
import { parts } from "../../gst_core/ui/map_component/row.js";

test("a text is cut where it is marked, and nothing of it is lost", () => {
  const text = "We waited an hour";
  const found = parts(text, [
    [3, 7, "hit"],
    [13, 17, "keyword"],
  ]);
  assert.deepEqual(found, [
    ["We ", ""],
    ["wait", "hit"],
    ["ed an ", ""],
    ["hour", "keyword"],
  ]);
  assert.equal(found.map(([part]) => part).join(""), text);
  assert.deepEqual(parts(text, []), [[text, ""]]);
});

test("signs that take two places in JavaScript count as one, as they do on the server", () => {
  assert.deepEqual(parts("😀 late 😀", [[2, 6, "hit"]]), [
    ["😀 ", ""],
    ["late", "hit"],
    [" 😀", ""],
  ]);
});

test("a mark that ends behind the text marks what there is of it", () => {
  assert.deepEqual(parts("late", [[0, 99, "hit"]]), [["late", "hit"]]);
});

test("headings say by which column the texts are sorted, and which way", () => {
  assert.equal(orderOf("stars", ["stars", true]), "descending");
  assert.equal(orderOf("stars", ["stars", false]), "ascending");
  assert.equal(orderOf("city", ["stars", false]), "none");
});

test("each column has its width", () => {
  const columns = ["number", "category"].map((kind) => ({ key: kind, title: kind, kind, colours: {} }));
  assert.deepEqual(widths(columns), ["minmax(220px, 1fr) 80px 112px", "448px"]);
  assert.deepEqual(widths([]), ["minmax(220px, 1fr)", "232px"]);
});

test("a browser that does not copy says so", async () => {
  await assert.rejects(copy(Promise.resolve("text"), { clipboard: undefined }), { message: NOT_COPIED });
});

test("a text that is still on its way is copied when it comes", async () => {
  const written = [];
  await copy(Promise.resolve("late"), { clipboard: { writeText: async (text) => void written.push(text) } });
  assert.deepEqual(written, ["late"]);
});
