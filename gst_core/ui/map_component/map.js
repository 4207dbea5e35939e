// The component that Streamlit mounts: finds the map that belongs in its place. Streamlit takes a map off the page when
// another page is opened, and now and then for a moment while it re-forms; the last maps that left wait for their places to
// come back, with their zoom, their selection and their flight.

import { TextMap } from "./text_map.js";

/** @import { Component, MapData } from "./types.js" */

/** @type {WeakMap<Element, TextMap>} */
const maps = new WeakMap();

const MOST_PARKED = 3; // the map of Explore and the two of Compare; a browser has few WebGL contexts

/** @type {Map<string, TextMap>} off the page, but kept: by their keys, the one that left first in front */
const parked = new Map();

/**
 * The map in an element: the one that is there, the one that waits to come back, or a new one.
 * @param {HTMLElement} root
 * @param {string} key
 */
function mapIn(root, key) {
  let map = maps.get(root);
  if (map) return map;
  map = parked.get(key);
  if (map) {
    parked.delete(key);
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
  const { key } = map.data;
  if (parked.get(key) !== map) parked.get(key)?.end();
  parked.delete(key);
  parked.set(key, map);
  for (const [first, oldest] of [...parked].slice(0, -MOST_PARKED)) {
    parked.delete(first);
    oldest.end();
  }
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
