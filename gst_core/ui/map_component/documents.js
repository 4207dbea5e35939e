// Keeps what hovers show. It arrives once a corpus, so that frames carry positions only.

import { documents } from "./store.js";

/** @param {import("./types.js").Component<import("./types.js").Documents>} component */
export default function keepDocuments({ data, parentElement }) {
  return documents.put(parentElement, data.key, data);
}
