// Numbers and colours: what the server sent, as Plotly wants it.

const FLIGHT_MS = 500; // a frame's flight; the next one usually arrives before it ends

function bytesOf(base64) {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes.buffer;
}

const floats = (base64) => new Float32Array(bytesOf(base64));
const shorts = (base64) => new Int16Array(bytesOf(base64));

function rgb(hex) {
  return [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));
}

// A colour for each point. Kinds that the legend hides are left as a hint of themselves.
function pointColours(colouring, hidden, opacity, grey) {
  const strength = colouring.strength;
  const paint = (hex, alpha) => `rgba(${rgb(hex).join(",")},${alpha.toFixed(2)})`;
  const colours = new Array(colouring.values.length);
  const ready = new Map(); // the same few strings again and again are cheap to make and to parse
  for (let i = 0; i < colours.length; i++) {
    const value = colouring.values[i];
    let hex = grey;
    let alpha = opacity * 0.55;
    if (colouring.kind === "categories") {
      if (value >= 0) {
        hex = colouring.colours[value];
        alpha = hidden.has(value) ? 0.03 : opacity;
      } else if (hidden.has(-1)) {
        alpha = 0.03;
      }
    } else if (value === value) {
      hex = colouring.colours[Math.round(value * (colouring.colours.length - 1))];
      alpha = opacity;
    }
    if (strength) alpha *= 0.15 + 0.85 * Math.round(strength[i] * 10) / 10;
    const key = hex + alpha.toFixed(2);
    if (!ready.has(key)) ready.set(key, paint(hex, alpha));
    colours[i] = ready.get(key);
  }
  return colours;
}

// Points shrink and get more transparent as there are more of them.
function pointSize(n) {
  return Math.max(2.5, Math.min(10, 14.5 - 2.55 * Math.log10(Math.max(n, 10))));
}

function pointOpacity(n) {
  return Math.max(0.45, Math.min(0.9, 1.35 - 0.17 * Math.log10(Math.max(n, 10))));
}

const AIR = 0.05; // part of the map's size that is left free at each side of it

// The rectangle that holds all points with some air around them, and has a part of its height at the top free.
function frameOf(positions, top) {
  const low = [Infinity, Infinity];
  const high = [-Infinity, -Infinity];
  for (let i = 0; i < positions.length; i++) {
    const axis = i % 2;
    if (positions[i] < low[axis]) low[axis] = positions[i];
    if (positions[i] > high[axis]) high[axis] = positions[i];
  }
  if (low[0] > high[0]) return { x: [-1, 1], y: [-1, 1] };
  const range = (axis, above) => {
    const size = Math.max(high[axis] - low[axis], 1);
    return [low[axis] - AIR * size, high[axis] + above * size];
  };
  return { x: range(0, AIR), y: range(1, (top * (1 + AIR)) / (1 - top)) };
}

function mix(from, to, part, out) {
  const eased = 1 - (1 - part) ** 2; // off at once: the next frame often comes before this flight ends
  for (let i = 0; i < to.length; i++) out[i] = from[i] === from[i] ? from[i] + (to[i] - from[i]) * eased : to[i]; // NaN: new
  return out;
}

function column(positions, axis, rows) {
  if (rows) return rows.map((i) => positions[2 * i + axis]);
  const out = new Float32Array(positions.length / 2);
  for (let i = 0; i < out.length; i++) out[i] = positions[2 * i + axis];
  return out;
}

function unionOf(a, b) {
  const join = (axis) => [Math.min(a[axis][0], b[axis][0]), Math.max(a[axis][1], b[axis][1])];
  return { x: join("x"), y: join("y") };
}

// Whether a frame that is shown will do for another one: it lacks at most a part `cut` of that one's size at a side and
// `topCut` at the top, and wastes little room.
function willDo(shown, wanted, cut, topCut = cut) {
  if (!shown) return false;
  return ["x", "y"].every((axis) => {
    const size = wanted[axis][1] - wanted[axis][0];
    const below = (wanted[axis][0] - shown[axis][0]) / size;
    const above = (shown[axis][1] - wanted[axis][1]) / size;
    return below >= -cut && above >= -(axis === "y" ? topCut : cut) && Math.max(below, above) < 0.06;
  });
}

// Draw points at other positions without Plotly's own round of axes, hover index and layout, which takes most of a
// frame's time. Says whether that was possible; it reaches into the WebGL scene, which another version may not have.
function drawPoints(plot, positions, groups) {
  const scene = plot._fullLayout?._plots?.xy?._scene;
  if (!scene?.scatter2d?.update || !scene.draw) return false;
  try {
    // The scene holds no empty group, so it counts only the others.
    const options = [positions, ...groups.filter((rows) => rows.length).map((rows) => pairs(positions, rows))];
    if (scene.count !== options.length) return false;
    scene.scatter2d.update(options.map((points) => ({ positions: points })));
    plot._fullLayout._glcanvas.each((canvas) => canvas.regl?.clear({ color: [0, 0, 0, 0], depth: 1 }));
    scene.draw();
    return true;
  } catch {
    return false;
  }
}

function pairs(positions, rows) {
  const out = new Float32Array(rows.length * 2);
  rows.forEach((row, i) => out.set(positions.subarray(2 * row, 2 * row + 2), 2 * i));
  return out;
}
