import type { Presentation } from "../../experiments/study/presentation.js";

/** What the networks of the arms of FlatENN's claims are called. */
export const FLATENN_TITLES: Presentation["titles"] = {
  standard: "standard",
  "standard-saq": "standard",
  as: "AS",
  "as-saq": "AS",
  "as-high": "AS-high",
  "as-high-saq": "AS-high",
};

/**
 * Looks of the arms of FlatENN's claims, of the Okabe-Ito palette: a dark colour and a marker per network, its lighter neighbour,
 * dashed and open, for the same network trained with SAQ; the sparser the network the wider its line.
 */
export const FLATENN_LOOKS: Presentation["looks"] = {
  standard: { width: 2, color: "#0072B2", dash: "solid", marker: "circle" },
  "standard-saq": { width: 2, color: "#56B4E9", dash: "dash", marker: "circle-open" },
  as: { width: 3.2, color: "#D55E00", dash: "solid", marker: "square" },
  "as-saq": { width: 3.2, color: "#E69F00", dash: "dash", marker: "square-open" },
  "as-high": { width: 4.8, color: "#009E73", dash: "solid", marker: "diamond" },
  "as-high-saq": { width: 4.8, color: "#CC79A7", dash: "dash", marker: "diamond-open" },
};
