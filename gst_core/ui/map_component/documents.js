// Keeps what hovers show. It arrives once a corpus and stays in the page, so that frames carry positions only.
export default function ({ data }) {
  const known = (window.gstDocuments ??= {});
  known[data.key] = data;
}
