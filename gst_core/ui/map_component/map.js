// The component that Streamlit mounts: finds the map that belongs in its place. Streamlit takes a map off the page when
// another page is opened, and now and then for a moment while it re-forms; the last map that left waits for its place to
// come back, with its zoom, its selection and its flight.

import { TextMap } from "./text_map.js";

/** @import { Component, MapData } from "./types.js" */

/** @type {WeakMap<Element, TextMap>} */
const maps = new WeakMap();

/** @type {TextMap | null} off the page, but kept: only one, because a browser has few WebGL contexts */
let parked = null;

/**
 * The map in an element: the one that is there, the one that waits to come back, or a new one.
 * @param {HTMLElement} root
 * @param {string} key
 */
function mapIn(root, key) {
  let map = maps.get(root);
  if (map) return map;
  if (parked?.data.key === key) {
    map = parked;
    parked = null;
    map.comeBack(root);
  } else {
    map = new TextMap(root);
  }
  maps.set(root, map);
  return map;
}

/** @param {TextMap} map */
function leave(map) {
  maps.delete(map.root);
  map.leave();
  if (!map.isDrawn) {
    map.end(); // there is nothing to come back to
    return;
  }
  if (parked !== map) parked?.end();
  parked = map;
}

/**
 * Streamlit calls this for each thing that it has for the component, and what it returns when the component leaves.
 * @param {Component<MapData>} component
 */
export default function showMap(component) {
  const root = /** @type {HTMLElement} */ (component.parentElement.querySelector(".gst-map"));
  const map = mapIn(root, component.data.key);
  map.component = component;
  map.onData(component.data);
  return () => {
    // Streamlit also cleans up after a call that a newer one has overtaken.
    if (map.component === component && maps.get(root) === map) leave(map);
  };
}
