// The map itself: one Plotly figure that lives as long as the page and is only ever moved. Streamlit takes it off the
// page when another page is opened, and now and then for a moment while it re-forms; the last map that left waits for
// its place to come back, with its zoom, its selection and its flight.

const maps = new WeakMap();
const scripts = {};

function plotly(file) {
  scripts[file] ??= new Promise((done, fail) => {
    const script = document.createElement("script");
    script.src = new URL(`/app/static/${file}`, window.location.origin).href;
    script.onload = () => done(window.Plotly);
    script.onerror = () => {
      delete scripts[file];
      fail(new Error("The drawing script could not be loaded. Reload the page."));
    };
    document.head.append(script);
  });
  return scripts[file];
}

// The points of a revision; they come beside the rest of what the server says, sooner or later than it.
function positionsOf(key, revision, given_up) {
  const there = () => window.gstPositions?.[key]?.revision === revision && window.gstPositions[key].points;
  return new Promise((done) => {
    const look = () => {
      const points = there();
      if (!points && !given_up()) return;
      window.removeEventListener("gst-positions", look);
      done(points || null);
    };
    window.addEventListener("gst-positions", look);
    look();
  });
}

function hasWebGL() {
  try {
    return Boolean(document.createElement("canvas").getContext("webgl"));
  } catch {
    return false;
  }
}

const TOOLS = [
  ["pan", "pan_tool", "Move the map (drag); the wheel zooms"],
  ["lasso", "lasso_select", "Draw around texts to select them"],
  ["select", "select", "Select a rectangle of texts"],
  ["home", "fit_screen", "Show the whole map"],
];
const WITHOUT_WEBGL =
  "This browser draws without WebGL, so large maps move slowly. Turn on hardware acceleration in its settings, or use another browser.";

const REACH = 12; // pixels between the mouse and a point that is meant
const STILL = 8; // pixels that a hand may move during a click
const FOLLOWED = ["pointermove", "pointerup", "pointercancel"];
const TOOLS_HEIGHT = 44; // pixels at the top, with some air

class TextMap {
  constructor(root) {
    this.root = root;
    root.innerHTML = `
      <div class="gst-stage" data-testid="map">
        <div class="gst-plot"></div>
        <div class="gst-names" aria-hidden="true"></div>
        <div class="gst-tools" role="toolbar" aria-label="Map tools"></div>
        <div class="gst-legend" data-testid="map-legend"></div>
        <div class="gst-tooltip" role="tooltip" hidden></div>
        <div class="gst-note">Near means alike; directions mean nothing.</div>
      </div>
      <div class="gst-status" data-testid="map-status" role="status" aria-live="polite">
        <span class="gst-bar"><i></i></span><span class="gst-words"></span>
      </div>`;
    const part = (name) => root.querySelector(`.gst-${name}`);
    this.plot = part("plot");
    this.stage = part("stage");
    this.tooltip = part("tooltip");
    this.legend = part("legend");
    this.names = new Names(part("names"));
    this.hidden = new Set();
    this.selected = [];
    this.mouse = this.hovered = null;
    this.zoomed = false;
    this.flights = 0;
    this.tool = "pan";
    this.webgl = hasWebGL();
    this.addTools(part("tools"));
    // Plotly keeps a press from moving the focus, and a number key would still go to the field that had it.
    this.stage.addEventListener("pointerdown", () => document.activeElement?.blur?.(), true);
    this.onKey = (event) => this.key(event);
    document.addEventListener("keydown", this.onKey);
    this.resize = new ResizeObserver(() => {
      if (this.drawn && this.stage.isConnected) window.Plotly.Plots.resize(this.plot).then(() => this.fit());
    });
    this.resize.observe(this.stage);
    this.scheme = new MutationObserver(() => this.drawn && this.stage.isConnected && this.theme());
    this.scheme.observe(document.body, { attributes: true, attributeFilter: ["class", "style"] });
  }

  // Off the page, but kept: only one map waits, because a browser has few WebGL contexts.
  leave() {
    if (window.gstMaps?.[this.data?.key] === this) delete window.gstMaps[this.data.key];
    if (!this.drawn) {
      this.end();
      return;
    }
    this.mouse = null;
    this.unhover();
    cancelAnimationFrame(this.flight);
    if (window.gstParkedMap !== this) window.gstParkedMap?.end();
    window.gstParkedMap = this;
  }

  comeBack(root) {
    window.gstParkedMap = null;
    root.replaceChildren(...this.root.childNodes);
    Object.assign(root.dataset, this.root.dataset);
    this.root = root;
    (window.gstMaps ??= {})[this.data.key] = this;
    this.theme(); // it may have changed meanwhile
    if (this.flying) this.fly(this.target);
  }

  end() {
    this.ended = true;
    this.waiting = this.target = null;
    window.dispatchEvent(new CustomEvent("gst-positions")); // what waits for points sees that it need not
    document.removeEventListener("keydown", this.onKey);
    this.resize.disconnect();
    this.scheme.disconnect();
    cancelAnimationFrame(this.flight);
    if (this.drawn) window.Plotly.purge(this.plot);
    this.drawn = false;
  }

  // --- what the server says -------------------------------------------------------------------------------------

  async take(data) {
    this.waiting = data;
    try {
      await plotly(data.script);
    } catch (error) {
      this.showStatus([error.message, false, 0]);
      return;
    }
    const points = await positionsOf(data.key, data.revision, () => this.waiting !== data);
    if (!points || this.waiting !== data) return;
    const before = this.data;
    this.data = data;
    if (this.root.isConnected) (window.gstMaps ??= {})[data.key] = this;
    this.classes = data.classes;
    this.guesses = data.guesses && [shorts(data.guesses[0]), floats(data.guesses[1])];
    this.showStatus(data.status);
    if (data.selection !== before?.selection) this.selected = data.selected;
    const samePlaces = before && this.points === points;
    this.points = points;
    const sameColours = before && JSON.stringify(before.colouring) === JSON.stringify(data.colouring);
    if (!sameColours) this.takeColours(data.colouring, before);
    const target = samePlaces ? this.target : points;
    if (!this.drawn || this.now.length !== target.length) {
      this.flights++;
      this.now = this.target = target;
      await this.draw();
      this.arrive();
    } else {
      if (!sameColours) this.paint();
      this.marksIfChanged();
      if (samePlaces) this.arriveIfStill();
      else this.fly(target);
    }
    this.showNames();
  }

  takeColours(colouring, before) {
    const read = colouring.kind === "categories" ? shorts : floats;
    this.colouring = {
      ...colouring,
      values: read(colouring.values),
      strength: colouring.strength && floats(colouring.strength),
    };
    const names = JSON.stringify(colouring.names);
    if (!before || JSON.stringify(before.colouring.names) !== names) this.hidden.clear();
    this.showLegend();
  }

  // --- drawing ----------------------------------------------------------------------------------------------------

  look() {
    const style = getComputedStyle(this.root);
    const read = (name, otherwise) => style.getPropertyValue(name).trim() || otherwise;
    return { text: read("--st-text-color", "#31333f"), accent: read("--st-primary-color", "#0072b2") };
  }

  async draw() {
    const n = this.now.length / 2;
    const type = this.webgl ? "scattergl" : "scatter";
    const look = this.look();
    const over = (width, colour, size, symbol = "circle-open") => ({
      type: this.webgl ? "scattergl" : "scatter",
      mode: "markers",
      x: [],
      y: [],
      marker: { symbol, size, color: colour, line: { width, color: colour } },
    });
    const size = pointSize(n);
    const traces = [
      { type, mode: "markers", x: column(this.now, 0), y: column(this.now, 1), marker: { size, color: this.colours(), line: { width: 0 } } },
      over(1.5, look.text, size + 6, "diamond-open"),
      over(1.5, look.text, size + 9),
      over(2, look.text, size + 4),
      over(2, look.text, size + 8),
      over(1, look.text, size + 3, "x-thin-open"),
    ];
    const hidden = { visible: false, fixedrange: false, autorange: false, showgrid: false, zeroline: false };
    const range = (this.shown = this.frameOf(this.now));
    const layout = {
      margin: { l: 0, r: 0, t: 0, b: 0 },
      xaxis: { ...hidden, range: range.x },
      yaxis: { ...hidden, range: range.y, scaleanchor: "x" },
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      showlegend: false,
      hovermode: false, // see `nearest`
      dragmode: this.tool,
      newselection: { line: { color: look.accent, width: 1 } },
    };
    const first = !this.drawn;
    await window.Plotly.react(this.plot, traces, layout, { displayModeBar: false, scrollZoom: true, doubleClick: false, responsive: false });
    if (this.ended) {
      window.Plotly.purge(this.plot);
      return;
    }
    this.drawn = true;
    if (first) this.listen();
    this.marks();
    this.showNames();
  }

  colours() {
    const n = this.colouring.values.length;
    return pointColours(this.colouring, this.hidden, pointOpacity(n), "#9aa0a6");
  }

  paint() {
    window.Plotly.restyle(this.plot, { "marker.color": [this.colours()] }, [0]);
  }

  // Rings: suggested, found by a search, labelled (in the class' colour), selected, and labels in doubt.
  groups() {
    const { data } = this;
    return [data.suggested, data.highlighted, data.labelled.map((l) => l[0]), this.selected, data.doubted];
  }

  marks() {
    const groups = this.groups();
    this.marked = JSON.stringify([groups, this.data.labelled]);
    const look = this.look();
    const ring = this.data.labelled.map((l) => l[1]);
    window.Plotly.restyle(
      this.plot,
      {
        x: groups.map((g) => column(this.now, 0, g)),
        y: groups.map((g) => column(this.now, 1, g)),
        "marker.line.color": [look.text, look.text, ring, look.text, look.text],
        "marker.color": [look.text, look.text, ring, look.text, look.text],
      },
      [1, 2, 3, 4, 5],
    );
  }

  // A restyle draws every point again, and the server speaks several times a second while it computes.
  marksIfChanged() {
    if (JSON.stringify([this.groups(), this.data.labelled]) !== this.marked) this.marks();
  }

  theme() {
    if (this.data) this.marks();
  }

  place(positions, range) {
    const groups = [null, ...this.groups()];
    const moved = {
      x: groups.map((g) => column(positions, 0, g)),
      y: groups.map((g) => column(positions, 1, g)),
    };
    const layout = range ? { "xaxis.range": range.x, "yaxis.range": range.y } : {};
    this.moving = true;
    if (range) this.shown = range;
    return window.Plotly.update(this.plot, moved, layout, [0, 1, 2, 3, 4, 5]).then(() => (this.moving = false));
  }

  // Fly from where the points are now to where they belong; a newer target takes over in mid-flight.
  async fly(target) {
    cancelAnimationFrame(this.flight);
    const from = Float32Array.from(this.now);
    this.target = target;
    const number = ++this.flights;
    const over = () => this.flights !== number || !this.stage.isConnected; // another one began, or see `comeBack`
    this.flying = true;
    this.now = from;
    this.unhover();
    const wide = unionOf(this.frameOf(from), this.frameOf(target));
    if (!this.zoomed && !willDo(this.shown, wide, AIR)) await this.place(from, wide);
    const began = performance.now();
    const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    const out = new Float32Array(target.length);
    const step = async () => {
      if (over()) return;
      const part = still ? 1 : Math.min(1, (performance.now() - began) / FLIGHT_MS);
      this.now = part < 1 ? mix(from, target, part, out) : target;
      const last = part === 1 && !this.running;
      this.stale = !last && drawPoints(this.plot, this.now, this.groups());
      if (!this.stale) await this.place(this.now, last ? this.endFrame() : null);
      this.placeNames();
      if (over()) return;
      if (part < 1) this.flight = requestAnimationFrame(step);
      else this.arrive();
    };
    this.flight = requestAnimationFrame(step);
  }

  // The frame to show when a flight ends: that of the points, unless the one on the screen will do.
  endFrame() {
    if (this.zoomed) return null;
    const frame = this.frameOf(this.now);
    return willDo(this.shown, frame, AIR / 2, 0) ? null : frame;
  }

  frameOf(positions) {
    return frameOf(positions, TOOLS_HEIGHT / Math.max(this.stage.clientHeight, 4 * TOOLS_HEIGHT));
  }

  arrive() {
    this.flying = false;
    this.root.dataset.revision = this.data.revision;
    this.aimAgain();
  }

  // The last flight may have ended before it was known to be the last.
  async arriveIfStill() {
    if (this.flying) return;
    if (!this.running && (this.stale || this.endFrame())) {
      this.stale = false;
      await this.place(this.now, this.endFrame());
      this.placeNames();
      if (this.flying) return; // it began meanwhile, and arrives by itself
    }
    this.arrive();
  }

  fit() {
    if (this.ended) return;
    if (!this.zoomed) this.place(this.now, this.frameOf(this.now)).then(() => this.placeNames());
    else this.placeNames();
  }

  // --- names, legend, status ----------------------------------------------------------------------------------------

  pixel(x, y) {
    const { xaxis, yaxis } = this.plot._fullLayout;
    return [xaxis.l2p(x) + xaxis._offset, yaxis.l2p(y) + yaxis._offset];
  }

  showNames() {
    this.names.show(this.data.names);
    this.placeNames();
  }

  placeNames() {
    if (!this.drawn) return;
    this.names.place((x, y) => this.pixel(x, y), this.stage.clientWidth, this.stage.clientHeight);
  }

  showLegend() {
    const { kind, names, colours, legend } = this.colouring;
    this.legend.replaceChildren();
    if (!legend) return;
    if (kind === "scale") {
      const bar = document.createElement("span");
      bar.className = "gst-scale";
      bar.style.background = `linear-gradient(90deg, ${colours.filter((_, i) => i % 24 === 0).join(",")})`;
      this.legend.append(names[0], bar, names[1]);
      return;
    }
    names.slice(0, 14).forEach((name, i) => this.legend.append(this.legendItem(name, colours[i], i)));
    if (names.length > 14) this.legend.append(`and ${names.length - 14} more`);
  }

  legendItem(name, colour, number) {
    const item = document.createElement("button");
    item.type = "button";
    item.title = "Hide or show these texts";
    item.style.setProperty("--kind", colour);
    item.textContent = name;
    item.setAttribute("aria-pressed", String(!this.hidden.has(number)));
    item.onclick = () => {
      if (!this.hidden.delete(number)) this.hidden.add(number);
      item.setAttribute("aria-pressed", String(!this.hidden.has(number)));
      this.paint();
    };
    return item;
  }

  showStatus(status) {
    const [words, running, part] = status ?? ["", false, 0];
    this.running = running;
    const element = this.root.querySelector(".gst-status");
    const tooMany = !this.webgl && (this.points?.length ?? 0) > 50_000;
    element.classList.toggle("running", running);
    element.querySelector(".gst-words").textContent = tooMany ? `${words} ${WITHOUT_WEBGL}` : words;
    element.querySelector("i").style.width = `${Math.round(part * 100)}%`;
  }

  // --- what the analyst does ------------------------------------------------------------------------------------

  addTools(bar) {
    for (const [tool, icon, title] of TOOLS) {
      const button = document.createElement("button");
      button.type = "button";
      button.title = title;
      button.setAttribute("aria-label", title);
      button.dataset.tool = tool;
      button.innerHTML = `<span class="gst-icon">${icon}</span>`;
      button.onclick = () => this.use(tool);
      button.setAttribute("aria-pressed", String(tool === this.tool));
      bar.append(button);
    }
  }

  use(tool) {
    if (tool === "home") {
      this.zoomed = false;
      this.fit();
      return;
    }
    this.tool = tool;
    window.Plotly.relayout(this.plot, { dragmode: tool });
    for (const button of this.root.querySelectorAll(".gst-tools button")) {
      button.setAttribute("aria-pressed", String(button.dataset.tool === tool));
    }
  }

  listen() {
    this.stage.addEventListener("pointermove", (event) => this.aim(event));
    this.stage.addEventListener("pointerleave", (event) => event.buttons === 0 && this.aim(event));
    this.stage.addEventListener("pointerdown", (event) => this.press(event));
    this.plot.on("plotly_selected", (event) => this.lasso(event));
    this.plot.on("plotly_doubleclick", () => this.use("home"));
    this.plot.on("plotly_relayouting", () => this.placeNames());
    this.plot.on("plotly_relayout", (change) => {
      const ranges = Object.keys(change).some((k) => k.includes("axis.range"));
      if (ranges && !this.moving) this.zoomed = true;
      this.placeNames();
      this.aimAgain();
    });
  }

  // The point nearest to a place in the window, if it is close enough to be meant. Plotly would look among the points
  // as it drew them last, which is not where they are while they fly.
  nearest(clientX, clientY) {
    const box = this.plot.getBoundingClientRect();
    const { xaxis, yaxis } = this.plot._fullLayout;
    const line = (axis, mouse) => {
      const zero = axis.l2p(0);
      return [zero + axis._offset - mouse, axis.l2p(1) - zero];
    };
    const [x, perX] = line(xaxis, clientX - box.left);
    const [y, perY] = line(yaxis, clientY - box.top);
    let found = null;
    let least = REACH * REACH;
    for (let i = 0; i < this.now.length / 2; i++) {
      const across = x + perX * this.now[2 * i];
      const down = y + perY * this.now[2 * i + 1];
      const way = across * across + down * down;
      if (!(way <= least) || !this.isVisible(i)) continue; // of several at one place the topmost, which is the last
      least = way;
      found = i;
    }
    return found;
  }

  aim(event) {
    const onMap = event.type === "pointermove" && event.buttons === 0 && event.target.closest(".gst-plot");
    this.mouse = onMap ? [event.clientX, event.clientY] : null;
    this.aimAgain();
  }

  // The mouse may rest while points move under it. Once a frame at most: a mouse tells of a move more often.
  aimAgain() {
    cancelAnimationFrame(this.aiming);
    this.aiming = requestAnimationFrame(() => {
      if (!this.drawn || !this.stage.isConnected) return;
      this.hovered = this.mouse && this.nearest(...this.mouse);
      if (this.hovered === null) this.unhover();
      else this.showTooltip(this.hovered);
    });
  }

  unhover() {
    cancelAnimationFrame(this.aiming);
    this.hovered = null;
    this.tooltip.hidden = true;
  }

  showTooltip(row) {
    const known = window.gstDocuments?.[this.data.documents];
    if (!known) return;
    const line = (text, className) => {
      const node = document.createElement("div");
      node.className = className;
      node.textContent = text;
      return node;
    };
    const parts = [line(known.texts[row], "gst-text")];
    if (this.guesses && this.guesses[0][row] >= 0) {
      const sure = Math.round(this.guesses[1][row] * 100);
      parts.push(line(`${this.classes[this.guesses[0][row]]?.[0]} ${sure} %`, "gst-guess"));
    }
    const facts = Object.entries(known.metadata).filter(([, v]) => v[row] !== "");
    if (facts.length) parts.push(line(facts.map(([k, v]) => `${k}: ${v[row]}`).join(" · "), "gst-facts"));
    this.tooltip.replaceChildren(...parts);
    this.tooltip.hidden = false;
    const [x, y] = this.pixel(this.now[2 * row], this.now[2 * row + 1]);
    const { offsetWidth: width, offsetHeight: height } = this.tooltip;
    const left = x + 14 + width < this.stage.clientWidth ? x + 14 : Math.max(4, x - 14 - width);
    const top = Math.min(Math.max(4, y - height / 2), this.stage.clientHeight - height - 4);
    this.tooltip.style.transform = `translate(${left}px, ${top}px)`;
  }

  // A click is a press that is let go without having moved; Plotly lays a sheet over the page meanwhile, hence the window.
  press(down) {
    if (down.button !== 0 || !down.target.closest(".gst-plot")) return;
    let moved = false;
    const follow = (event) => {
      if (event.pointerId !== down.pointerId) return;
      if (event.type === "pointermove") {
        if (moved || Math.hypot(event.clientX - down.clientX, event.clientY - down.clientY) < STILL) return;
        moved = true;
        this.mouse = null;
        this.unhover();
        return;
      }
      for (const type of FOLLOWED) window.removeEventListener(type, follow, true);
      if (event.type === "pointerup" && !moved && this.drawn) this.click(event);
    };
    for (const type of FOLLOWED) window.addEventListener(type, follow, true);
  }

  click(event) {
    const row = this.nearest(event.clientX, event.clientY);
    if (row === null) return;
    const more = event.shiftKey || event.ctrlKey || event.metaKey;
    if (!more) this.select([row]);
    else if (this.selected.includes(row)) this.select(this.selected.filter((i) => i !== row));
    else this.select([...this.selected, row]);
  }

  lasso(event) {
    if (!event?.points) return;
    const rows = event.points.filter((p) => p.curveNumber === 0).map((p) => p.pointNumber);
    const drawn = this.plot.layout.selections?.length;
    if (drawn) window.Plotly.relayout(this.plot, { selections: [] });
    window.Plotly.restyle(this.plot, { selectedpoints: [null] });
    if (rows.length) this.select(rows.filter((row) => this.isVisible(row)));
  }

  isVisible(row) {
    return this.colouring.kind !== "categories" || !this.hidden.has(this.colouring.values[row]);
  }

  select(rows) {
    this.selected = rows;
    this.marks();
    this.component.setStateValue("selected", { rows, basis: this.data.selection });
  }

  key(event) {
    const typing = event.target?.closest?.("input, textarea, select, [contenteditable=true], [role=dialog]");
    if (typing || !this.data || !this.root.isConnected) return;
    const command = event.ctrlKey || event.metaKey;
    if (command && event.key.toLowerCase() === "z") {
      event.preventDefault();
      this.tell({ name: event.shiftKey ? "redo" : "undo" });
    } else if (command || event.altKey) {
      return;
    } else if (event.key === "Escape" && this.selected.length) {
      this.select([]);
    } else if (event.key === "u") {
      this.tell({ name: "undo" });
    } else if (/^[1-9]$/.test(event.key) && Number(event.key) <= this.classes.length) {
      const first = this.hovered ?? this.data.suggested[0];
      const documents = this.selected.length ? this.selected : first == null ? [] : [first];
      if (documents.length) this.tell({ class: Number(event.key) - 1, documents });
    }
  }

  tell(value) {
    this.component.setTriggerValue("pressed", { ...value, moment: Date.now() + Math.random() });
  }

  // For tests and for whoever embeds the map: where things are, in numbers and in pixels of the window.
  positions() {
    return Array.from(this.now);
  }

  pixelOf(row) {
    const [x, y] = this.pixel(this.now[2 * row], this.now[2 * row + 1]);
    const box = this.plot.getBoundingClientRect();
    return [box.left + x, box.top + y];
  }
}

function mapIn(root, key) {
  const waiting = window.gstParkedMap;
  if (waiting?.data?.key !== key) return new TextMap(root);
  waiting.comeBack(root);
  return waiting;
}

export default function (component) {
  const root = component.parentElement.querySelector(".gst-map");
  if (!maps.has(root)) maps.set(root, mapIn(root, component.data.key));
  const map = maps.get(root);
  map.component = component;
  map.take(component.data);
  return () => {
    map.leave();
    maps.delete(root);
  };
}
