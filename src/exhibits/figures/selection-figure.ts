import type {
  SelectionRecord,
  StageRecord,
  TriedRecord,
} from "../../experiments/selection/select-results.js";
import { knobNamed } from "../../experiments/study/knobs.js";
import type { Figure } from "../forms/figure.js";
import { axis, captionBelow, legendAbove, note, SHEET, suffixOf, WIDTH } from "../style/sheet.js";
import { selectionConditions } from "../tables/selection-grid.js";

/** Pixels of a panel, between panels, and around them. */
const HEIGHT = 210;
const GAP = { x: 20, y: 96 };
const MARGIN = { l: 78, r: 14, t: 104 };
const COLUMNS = 5;
/** Points that lost more of the base arm's clean accuracy than this, a fraction, do not stretch the axis. */
const LOST = 0.05;

/** What is drawn of each value: name, how it looks, and where it stands in the record. */
const CURVES = [
  { name: "no faults", color: "#000000", dash: "solid", symbol: "circle", key: "clean" },
  { name: "under faults", color: "#0072B2", dash: "solid", symbol: "square", key: "underFaults" },
  { name: "zero codes", color: "#7A7A7A", dash: "dot", symbol: "triangle-up-open", key: "sparsity" },
] as const;

/**
 * The grids of a selection: accuracy without and under faults against the value, one panel per stage, with the mean over
 * seeds as a line and each seed as a dot. The value chosen is marked; the share of zero codes is drawn where it decides.
 */
export function selectionFigure(record: SelectionRecord): Figure {
  const stages = record.stages.filter(({ tried }) => tried.length > 0);
  const columns = Math.max(1, Math.min(COLUMNS, stages.length));
  const rows = Math.max(1, Math.ceil(stages.length / columns));
  const [inner, plot] = [WIDTH - MARGIN.l - MARGIN.r, rows * HEIGHT + (rows - 1) * GAP.y];
  const width = (inner - GAP.x * (columns - 1)) / columns;
  const { caption, room } = captionBelow(captionText(record), [-64, -44]);
  const data: object[] = [];
  const shapes: object[] = [];
  const titles: object[] = [];
  const layout: Figure["layout"] = {
    width: WIDTH,
    height: plot + MARGIN.t + room,
    ...SHEET,
    margin: { ...MARGIN, b: room },
    legend: legendAbove(1 + 50 / plot),
  };
  const range = rangeOf(stages);
  for (const [i, stage] of stages.entries()) {
    const [row, column] = [Math.floor(i / columns), i % columns];
    const suffix = suffixOf(i);
    const [left, top] = [(column * (width + GAP.x)) / inner, 1 - (row * (HEIGHT + GAP.y)) / plot];
    const values = stage.tried.map(({ value }) => value);
    data.push(...CURVES.flatMap((curve) => (isShown(curve.key, stage) ? curveOf(stage, curve, suffix) : [])));
    shapes.push(...marksOf(record, stage, suffix));
    layout[`xaxis${suffix}`] = {
      ...axis(""),
      type: "log",
      anchor: `y${suffix}`,
      domain: [left, Math.min(1, left + width / inner)],
      range: spanOf(values),
      ...ticksOf(values),
      tickfont: { size: 13 },
      tickangle: 0,
    };
    layout[`yaxis${suffix}`] = {
      ...axis(column === 0 ? "share (%)" : "", { nticks: 6 }),
      anchor: `x${suffix}`,
      domain: [Math.max(0, top - HEIGHT / plot), top],
      range,
      showticklabels: column === 0,
    };
    titles.push(stageTitle(stage, left + width / inner / 2, top));
  }
  layout["shapes"] = shapes;
  layout["annotations"] = [
    ...titles,
    ...(data.length === 0 ? [note("no stage is complete yet", { x: 0.5, y: 0.5, size: 22 })] : []),
    caption,
  ];
  const legend = CURVES.filter(({ key }) => stages.some((stage) => isShown(key, stage))).map(
    ({ name, color, dash, symbol }) => ({
      type: "scatter",
      mode: "lines+markers",
      name,
      legendgroup: name,
      x: [null],
      y: [null],
      line: { color, dash, width: 2 },
      marker: { color, symbol, size: 10 },
    }),
  );
  return { data: [...legend, ...data], layout };
}

type Curve = (typeof CURVES)[number];

function isShown(key: Curve["key"], { rule }: StageRecord): boolean {
  return key !== "sparsity" || rule === "sparsity";
}

function curveOf(
  { tried }: StageRecord,
  { name, color, dash, symbol, key }: Curve,
  suffix: string,
): object[] {
  const percent = (share: number | null) => (share === null ? null : 100 * share);
  const shared = {
    type: "scatter",
    name,
    legendgroup: name,
    showlegend: false,
    xaxis: `x${suffix}`,
    yaxis: `y${suffix}`,
  };
  return [
    {
      ...shared,
      mode: "markers",
      x: tried.flatMap(({ value, networks }) => networks.map(() => value)),
      y: tried.flatMap(({ networks }) => networks.map((network) => percent(network[key]))),
      marker: { color, symbol: "circle", size: 4 },
      hoverinfo: "skip",
    },
    {
      ...shared,
      mode: "lines+markers",
      x: tried.map(({ value }) => value),
      y: tried.map((each) => percent(each[key])),
      line: { color, dash, width: 2 },
      marker: { color, symbol, size: 9 },
      hovertemplate: `${name}<br>%{x}<br>%{y:.2f} %<extra></extra>`,
    },
  ];
}

/** A band behind the value chosen, and the least clean accuracy, or the sparsity, that the rule asks for. */
function marksOf({ tolerance, sparsity }: SelectionRecord, stage: StageRecord, suffix: string): object[] {
  const at = { xref: `x${suffix}`, yref: `y${suffix} domain`, y0: 0, y1: 1, layer: "below" };
  const [first, last] = spanOf(stage.tried.map(({ value }) => value));
  const beside = 10 ** (0.03 * (last - first)); // of the same width in every panel
  const band = (value: number) => ({
    ...at,
    type: "rect",
    x0: value / beside,
    x1: value * beside,
    fillcolor: "#d9d9d9",
    line: { width: 0 },
  });
  const asked =
    stage.rule === "sparsity"
      ? sparsity.target
      : stage.referenceClean === null
        ? undefined
        : stage.referenceClean - tolerance;
  const level = (share: number) => ({
    type: "line",
    xref: `x${suffix} domain`,
    yref: `y${suffix}`,
    x0: 0,
    x1: 1,
    y0: 100 * share,
    y1: 100 * share,
    line: { color: "#D55E00", width: 1.5, dash: "dash" },
  });
  return [
    ...(stage.choice === null ? [] : [band(stage.choice)]),
    ...(asked === undefined ? [] : [level(asked)]),
  ];
}

function stageTitle({ id, varies, choice }: StageRecord, x: number, y: number): object {
  return {
    // the stage's name says of what, so the letter will do
    text: `<b>${id}</b><br>${knobNamed(varies).title.split(/ of |:/)[0]}${choice === null ? "" : `: ${choice}`}`,
    x,
    y,
    xref: "paper",
    yref: "paper",
    xanchor: "center",
    yanchor: "bottom",
    showarrow: false,
    font: { size: 14 },
  };
}

/** From the first to the last value, in powers of ten, with some room. */
function spanOf(values: readonly number[]): [number, number] {
  const [first, last] = [Math.log10(values[0]!), Math.log10(values.at(-1)!)];
  const room = Math.max(0.05, 0.08 * (last - first));
  return [first - room, last + room];
}

/** At most four values, evenly chosen, so that their labels do not meet. */
function ticksOf(values: readonly number[]): { tickvals: number[]; ticktext: string[] } {
  const step = Math.ceil(values.length / 4);
  const tickvals = values.filter((_, i) => i % step === 0);
  return {
    tickvals,
    ticktext: tickvals.map((value) => (value < 1e-3 ? value.toExponential() : String(value))),
  };
}

function rangeOf(stages: readonly StageRecord[]): [number, number] {
  const alive = stages.flatMap(({ tried, referenceClean }) =>
    tried.filter(({ clean }) => clean !== null && clean > (referenceClean ?? 1) - LOST),
  );
  const shares = alive.flatMap(({ networks }: TriedRecord) =>
    networks.flatMap(({ clean, underFaults }) => [clean ?? 1, underFaults ?? 1]),
  );
  return [Math.max(0, Math.floor((100 * Math.min(1, ...shares) - 1) / 5) * 5), 100];
}

function captionText(record: SelectionRecord): string {
  return [
    `${selectionConditions(record)}.`,
    "Lines: means over seeds, dots: seeds; under faults: mean over the fault types. Grey band: the value chosen. Dashed: the",
    "least clean accuracy that is allowed, or the share of zero codes to reach. Values that cost far more clean accuracy lie",
    `below the axis.${record.finished ? "" : " The selection is not finished."}`,
  ].join(" ");
}
