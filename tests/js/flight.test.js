import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { frameOf } from "../../gst_core/ui/map_component/drawing.js";
import { Flight } from "../../gst_core/ui/map_component/flight.js";

let frames, clock, lessMotion;

beforeEach(() => {
  [frames, clock, lessMotion] = [[], 0, false];
  globalThis.requestAnimationFrame = (step) => frames.push(step);
  globalThis.cancelAnimationFrame = (number) => (frames[number - 1] = null);
  globalThis.performance = { now: () => clock };
  globalThis.window = { matchMedia: () => ({ matches: lessMotion }) };
});

/** Let the browser draw one frame, so many milliseconds after the last one. */
async function draw(milliseconds) {
  clock += milliseconds;
  const due = frames.splice(0).filter(Boolean);
  for (const step of due) step();
  await new Promise(setImmediate);
}

const points = (...values) => Float32Array.from(values);

const CORNERS = [0, 0, 10, 10]; // they stay, and the frame with them
const START = points(...CORNERS, 5, 5);
const MOVED = points(...CORNERS, 6, 5);
const moved = (model) => model.now[4] - 5;

/** A figure that only writes down how it was asked to draw. */
function scene({ now = START, fast = true } = {}) {
  const log = [];
  const model = { now, running: false };
  const figure = {
    zoomed: false,
    shown: frameOf(now, 0),
    stage: { isConnected: true },
    frameOf: (positions) => frameOf(positions, 0),
    draw: async () => log.push("draw"),
    place: async (range) => {
      log.push(range ? "place in a frame" : "place");
      if (range) figure.shown = range;
    },
    placeFast: () => fast && log.push("fast") > 0,
  };
  const listeners = { onStart: () => log.push("start"), onMove: () => {}, onFlightEnd: () => log.push("end") };
  const flight = new Flight(figure, model, listeners);
  flight.target = now;
  return { log, model, figure, flight };
}

test("points fly from where they are to where they belong, and Plotly hears of the last place", async () => {
  const { log, model, flight } = scene();
  await flight.fly(MOVED);
  assert.ok(flight.flying);
  await draw(100);
  assert.ok(moved(model) > 0 && moved(model) < 1);
  await draw(500);
  assert.equal(model.now, MOVED);
  assert.ok(!flight.flying);
  assert.deepEqual(log, ["start", "fast", "place", "end"]);
});

test("a flight beyond the frame begins in a wider one, and ends in that of the points", async () => {
  const { log, figure, flight } = scene();
  const target = points(20, 20, 30, 30, 25, 25);
  await flight.fly(target);
  assert.deepEqual(log, ["start", "place in a frame"]);
  assert.ok(figure.shown.x[0] < 0 && figure.shown.x[1] > 30);
  await draw(600);
  assert.deepEqual(figure.shown, frameOf(target, 0));
});

test("what the analyst chose to see stays", async () => {
  const { log, figure, flight } = scene();
  figure.zoomed = true;
  await flight.fly(points(20, 20, 30, 30, 25, 25));
  await draw(600);
  assert.deepEqual(log, ["start", "place", "end"]);
});

test("a newer target takes over where the points are", async () => {
  const { log, model, flight } = scene();
  await flight.fly(MOVED);
  await draw(100);
  const between = moved(model);
  await flight.fly(points(...CORNERS, 5, 7));
  assert.equal(moved(model), between);
  await draw(600);
  assert.deepEqual(Array.from(model.now), [...CORNERS, 5, 7]);
  assert.equal(log.filter((what) => what === "end").length, 1);
});

test("while the server computes, the last place is drawn the fast way, and put right when nothing moves", async () => {
  const { log, model, flight } = scene();
  model.running = true;
  await flight.fly(MOVED);
  await draw(600);
  assert.deepEqual(log.splice(0), ["start", "fast", "end"]);
  await flight.settle();
  assert.deepEqual(log.splice(0), ["end"]);
  model.running = false;
  await flight.settle();
  assert.deepEqual(log.splice(0), ["place", "end"]);
  await flight.settle();
  assert.deepEqual(log.splice(0), ["end"], "once is enough");
});

test("a frame that was too wide is put right when nothing moves", async () => {
  const { log, figure, flight } = scene();
  figure.shown = { x: [-50, 50], y: [-50, 50] };
  await flight.settle();
  assert.deepEqual(log, ["place in a frame", "end"]);
});

test("a frame that lacks less than half of the air stays, one that lacks more does not", async () => {
  for (const [lacking, log] of [
    [0.2, ["end"]],
    [0.4, ["place in a frame", "end"]],
  ]) {
    const { figure, flight, log: seen } = scene();
    const { x, y } = figure.shown;
    figure.shown = { x: [x[0] + lacking, x[1]], y };
    await flight.settle();
    assert.deepEqual(seen, log);
  }
});

test("nothing is put right in mid-flight", async () => {
  const { log, flight } = scene();
  await flight.fly(MOVED);
  await flight.settle();
  assert.deepEqual(log, ["start"]);
});

test("without the fast way every step is Plotly's own", async () => {
  const { log, flight } = scene({ fast: false });
  await flight.fly(MOVED);
  await draw(100);
  await draw(600);
  assert.deepEqual(log, ["start", "place", "place", "end"]);
});

test("who asks for less motion sees none", async () => {
  const { model, flight } = scene();
  lessMotion = true;
  await flight.fly(MOVED);
  await draw(1);
  assert.equal(moved(model), 1);
  assert.ok(!flight.flying);
});

test("a flight that leaves the page rests, and begins anew when it comes back", async () => {
  const { model, figure, flight } = scene();
  await flight.fly(MOVED);
  await draw(100);
  flight.pause();
  figure.stage.isConnected = false;
  await draw(600);
  const rested = moved(model);
  assert.ok(rested < 1 && flight.flying);
  figure.stage.isConnected = true;
  flight.resume();
  await draw(100);
  assert.ok(moved(model) > rested && moved(model) < 1);
  await draw(600);
  assert.equal(moved(model), 1);
  flight.resume();
  assert.ok(!flight.flying, "a flight that is over does not begin anew");
});

test("other points than there were appear without a flight, which takes over one that runs", async () => {
  const { log, model, flight } = scene();
  await flight.fly(MOVED);
  const more = points(0, 0, 1, 1, 2, 2);
  await flight.appear(more);
  await draw(600);
  assert.equal(model.now, more);
  assert.equal(flight.target, more);
  assert.deepEqual(log, ["start", "draw", "end"]);
});
