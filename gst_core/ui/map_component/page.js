// The map's elements on the page.

/** @import { Plot, Status } from "./types.js" */

const HTML = `
  <div class="gst-stage" data-testid="map" tabindex="0" role="application" aria-label="The map. Arrow keys go from text to text, Enter selects, the question mark shows all keys.">
    <div class="gst-plot"></div>
    <div class="gst-names" aria-hidden="true"></div>
    <div class="gst-lit" hidden></div>
    <div class="gst-tools" role="toolbar" aria-label="Map tools"></div>
    <div class="gst-tooltip" role="tooltip" hidden></div>
    <div class="gst-hint" role="status" data-testid="map-hint" hidden></div>
    <div class="gst-note">Near means alike; directions and distances far apart mean nothing.</div>
  </div>
  <div class="gst-unseen" data-testid="map-said" aria-live="assertive"></div>
  <dialog class="gst-keys" data-testid="map-keys" role="dialog" aria-labelledby="gst-keys-title">
    <h2 id="gst-keys-title">Keys</h2><form method="dialog"><button autofocus>Close</button></form>
  </dialog>
  <div class="gst-legend" data-testid="map-legend"></div>
  <div class="gst-status" data-testid="map-status" role="status" aria-live="polite">
    <span class="gst-bar"><i></i></span><span class="gst-state"></span>
  </div>`;
const WITHOUT_WEBGL =
  "This browser draws without WebGL, so large maps move slowly. Turn on hardware acceleration in its settings, or use another browser.";
const MANY = 25_000; // points

/** @param {HTMLElement} root */
export function buildPage(root) {
  root.innerHTML = HTML;
  /** @type {(name: string) => HTMLElement} */
  const part = (name) => /** @type {HTMLElement} */ (root.querySelector(`.gst-${name}`));
  return {
    stage: part("stage"),
    plot: /** @type {Plot} */ (part("plot")),
    names: part("names"),
    lit: part("lit"),
    tools: part("tools"),
    legend: part("legend"),
    tooltip: part("tooltip"),
    hint: part("hint"),
    said: part("unseen"),
    keys: /** @type {HTMLDialogElement} */ (part("keys")),
    status: part("status"),
    words: part("state"),
    bar: /** @type {HTMLElement} */ (root.querySelector(".gst-bar i")),
  };
}

/**
 * Say on the map why something was not done; nothing takes away what was said.
 * @param {ReturnType<typeof buildPage>} page
 * @param {string} words
 */
export function showHint({ hint }, words) {
  hint.textContent = words;
  hint.hidden = !words;
}

/**
 * Fill the line under the map.
 * @param {ReturnType<typeof buildPage>} page
 * @param {Status} status
 * @param {boolean} webgl
 * @param {number} points
 */
export function showStatus({ status, words, bar }, [text, running, part], webgl, points) {
  status.classList.toggle("running", running);
  words.textContent = !webgl && points > MANY ? `${text} ${WITHOUT_WEBGL}` : text;
  bar.style.width = `${Math.round(part * 100)}%`;
}
