// What the modules of the map tell each other, and what they hear from the server. Only read by the type checker.

export type Pair = [number, number];

/** The part of the map that is seen, in the map's own units. */
export interface Frame {
  x: Pair;
  y: Pair;
}

/** A colouring as the server sends it: arrays are base64 of their bytes. */
export interface PackedColouring {
  kind: "categories" | "scale";
  values: string;
  names: string[];
  colours: string[];
  legend: boolean;
  palest: number | null;
}

export interface Colouring {
  kind: "categories" | "scale";
  /** Numbers into `names`, -1 for none; or parts of the scale, NaN for none. */
  values: Int16Array | Float32Array;
  names: string[];
  colours: string[];
  legend: boolean;
  /** The probability at which a point is palest, where doubt is to be seen. */
  palest: number | null;
}

/** Where a name lies, its words, its colour, how many texts it stands for, and its reach: 0 for that of a whole group. */
export type MapName = [x: number, y: number, text: string, colour: string, size: number, reach: number];

/** Words, whether something runs, and which part of it is done. */
export type Status = [words: string, running: boolean, part: number];

/** What `scatter_map` of component.py sends. */
export interface MapData {
  key: string;
  script: string;
  documents: string;
  /** How often the same was sent before. */
  again?: number;
  revision: number;
  colouring: PackedColouring;
  labelled: [row: number, colour: string][];
  doubted: number[];
  suggested: number[];
  highlighted: number[];
  selected: number[];
  selection: number;
  names: MapName[];
  classes: [name: string, colour: string, key: string][];
  guesses: [classes: string, probabilities: string] | null;
  /** One bit for each text, 1 where it passes the filters; null without a filter. */
  shown: string | null;
  standing: number | null;
  status: Status | null;
  /** The tab that the server takes this for. */
  tab: string;
}

/** What `map_documents` of component.py sends: the texts of some rows, and their values in some columns. */
export interface DocumentsData {
  key: string;
  rows: number[];
  texts: string[];
  metadata: Record<string, string[]>;
  /** What is marked in each text; only the table marks something. */
  marks?: Mark[][];
}

/** A cell of a table: its words, what a reader is told of it, how much of its shade it has, and what a click means. */
export interface Cell {
  text: string;
  told: string;
  part: number;
  meant: number[];
}

/** What `cells` of chart.py sends: the first cell of each row names it. */
export interface CellsData {
  alt: string;
  head: Cell[];
  rows: Cell[][];
}

/** What `chart` of chart.py sends. */
export interface ChartData {
  script: string;
  traces: object[];
  layout: Record<string, any>;
  alt: string;
  height: number;
}

/** What is marked in a text, counted in characters as people count them. */
export type Mark = [start: number, end: number, kind: "hit" | "keyword"];

export type Documents = import("./documents.js").Texts;

export interface Positions {
  revision: number;
  /** x and y of each point, in turns. */
  points: Float32Array;
}

/** The texts that a table lists, in their order. */
export interface Order {
  revision: number;
  rows: Int32Array;
}

/** A column of the table; `colours` has those of its kinds. */
export interface TableColumn {
  key: string;
  title: string;
  kind: string;
  colours: Record<string, string>;
}

/** What `text_table` of table.py sends. */
export interface TableData {
  key: string;
  documents: string;
  /** Which texts it lists, in words. */
  title: string;
  /** Of the order, which comes beside it. */
  revision: number;
  columns: TableColumn[];
  /** The column that the texts are sorted by, empty for none of them, and whether the largest is first. */
  sort: [column: string, descending: boolean];
  /** Tells one set of cells from another: the same texts may be said to be of other classes. */
  version: string;
  /** Texts and cells of some rows; the columns are called by their numbers. */
  cells: Omit<DocumentsData, "key">;
  /** The open text as a whole. */
  whole: [row: number, text: string, marks: Mark[]] | null;
  /** What was asked for to be copied, and when. */
  copied: [moment: number, text: string] | null;
}

/** What Streamlit hands to a component each time it has something for it. */
export interface Component<Data> {
  data: Data;
  parentElement: HTMLElement;
  setStateValue(name: string, value: unknown): void;
  setTriggerValue(name: string, value: unknown): void;
}

/** The part of Plotly's interface that the map uses. */
export interface Plotly {
  react(plot: Plot, traces: object[], layout: object, config: object): Promise<unknown>;
  restyle(plot: Plot, style: object, traces?: number[]): Promise<unknown>;
  update(plot: Plot, style: object, layout: object, traces: number[]): Promise<unknown>;
  relayout(plot: Plot, layout: object): Promise<unknown>;
  purge(plot: Plot): void;
  Plots: { resize(plot: Plot): Promise<unknown> };
}

/** An element that Plotly draws in, with what is public of it. */
export interface Plot extends HTMLElement {
  layout: { selections?: unknown[]; xaxis: { range: Pair }; yaxis: { range: Pair } };
  on(event: string, listener: (event: any) => void): void;
}

/** The texts around a lasso. */
export interface PlotSelection {
  points?: { curveNumber: number; pointNumber: number }[];
}

/** Where a line of the map lies on the screen: pixels = zero + each * value. */
export interface Scale {
  zero: number;
  each: number;
}

export interface Box {
  width: number;
  height: number;
}

/** How many points lie in each cell of the stage, row by row. */
export interface Crowd {
  columns: number;
  rows: number;
  counts: Uint16Array;
}

/** What a key asks the server for. */
export type Press = { name: "undo" | "redo" } | { class: number; documents: number[] };

/** From which bin to before which. */
export type Range = [from: number, to: number];

/** What `filters` of filters.py sends of a column; what its kind does not have is empty. */
export interface Facet {
  key: string;
  title: string;
  kind: "category" | "range" | "text";
  /** Whether there is a filter on it. */
  active: boolean;
  /** Whether it is open until a person says otherwise. */
  open: boolean;
  /** Texts without a value: all, those that are left, and whether they are asked for. */
  missing: [total: number, left: number, chosen: boolean];
  values: FacetValue[];
  /** Values that are not sent. */
  more: number;
  edges: number[];
  /** What a range is called that begins, and that ends, with each bin. */
  starts: string[];
  ends: string[];
  totals: number[];
  lefts: number[];
  low: number | null;
  high: number | null;
  contains: string;
}

export interface FacetValue {
  /** Its number among the column's values. */
  place: number;
  name: string;
  total: number;
  left: number;
  chosen: boolean;
}

export interface FiltersData {
  total: number;
  /** How many texts remain; null without a filter. */
  left: number | null;
  facets: Facet[];
}

/** What a person did with the filters. */
export interface FilterAct {
  act: "toggle" | "range" | "contains" | "missing" | "clear" | "clear all";
  column?: string;
  value?: [place: number, name: string];
  range?: Range | null;
  words?: string;
}

declare global {
  interface Window {
    Plotly?: Plotly;
    /** The maps on the page by their keys, for tests and for whoever embeds one. */
    gstMaps?: Record<string, import("./text_map.js").TextMap>;
  }
}
