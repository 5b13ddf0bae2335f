import { ablationsOf } from "../../analysis/ablations.js";
import type { CurveRow, Results } from "../../experiments/results/rows.js";
import { armsOfGroup, mainArms } from "../../experiments/study/arms.js";
import type { ArmStyle } from "../../experiments/study/presentation.js";
import { bitsLabel } from "../../networks/bits.js";
import { tInterval } from "../../statistics/index.js";
import type { Figure } from "../forms/figure.js";
import type { Table } from "../forms/table.js";
import { armStyles } from "../style/arms.js";
import { plural } from "../style/conditions.js";
import {
  axis,
  captionBelow,
  legendAbove,
  legendRoom,
  note,
  panelTitle,
  SHEET,
  suffixOf,
  WIDTH,
} from "../style/sheet.js";

/** Pixels of a panel, between panels, and around them. */
const HEIGHT = 240;
const GAP = { x: 22, y: 30 };
const MARGIN = { l: 84, r: 14 };
/** Ticks of the loss, of which an axis shows those in its range. */
const LOSSES = [0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.7, 1, 1.5, 2, 3, 5, 10, 20];

/** What is drawn of an epoch, in a row of panels. */
const QUANTITIES = [
  { title: "training loss", read: ({ loss }: CurveRow) => loss, log: true },
  {
    title: "validation accuracy (%)",
    read: ({ validationAccuracy }: CurveRow) => 100 * validationAccuracy,
    log: false,
  },
] as const;

/** How the float network is shown: it is no arm. */
const FLOAT_STYLE: ArmStyle = {
  title: "float network",
  color: "#000000",
  dash: "solid",
  width: 2,
  marker: "circle",
};

interface Line {
  readonly arm: string;
  readonly style: ArmStyle;
}

interface Panel {
  readonly title: string;
  readonly lines: readonly Line[];
}

/** Loss and validation accuracy by epoch, means over seeds: the float network, the main arms and the controls. */
export function trainingCurves(results: Results, curves: readonly CurveRow[]): Figure {
  const styles = armStyles(results);
  const lineOf = (arm: string): Line => ({ arm, style: styles(arm) });
  const controls = armsOfGroup(results.study, "control").map(({ id }) => lineOf(id));
  return curvesFigure(results, curves, [
    { title: "float network", lines: [{ arm: "float", style: FLOAT_STYLE }] },
    { title: "arms", lines: mainArms(results.study).map(lineOf) },
    { title: "controls", lines: controls },
  ]);
}

/** The same for the ablations: a panel for each, where an arm looks like the main arm in whose place it stands. */
export function ablationCurves(results: Results, curves: readonly CurveRow[]): Figure {
  const styles = armStyles(results);
  const main = mainArms(results.study);
  const panels = ablationsOf(results).map(({ title, arms }): Panel => {
    const lines = [...arms].filter(([, arm]) => !main.includes(arm));
    return { title, lines: lines.map(([base, arm]) => ({ arm, style: styles(base) })) };
  });
  return curvesFigure(results, curves, panels);
}

/** Mean and spread over seeds of loss and validation accuracy, a row per arm and epoch. */
export function curvesTable(results: Results, curves: readonly CurveRow[]): Table {
  const styles = armStyles(results);
  const { arms: all } = results.study;
  const arms = ["float", ...mainArms(results.study), ...all.flatMap(({ id, group }) => (group ? [id] : []))];
  return {
    title: "Training curves",
    caption: `${conditionsOf(results, curves, arms)}. Means ± standard deviations over training seeds after each epoch. ${EXPLAINED}`,
    columns: [
      { key: "arm", title: "id", align: "left", csvOnly: true },
      { key: "title", title: "arm", align: "left" },
      { key: "epoch", title: "epoch", align: "right", decimals: 0 },
      { key: "seeds", title: "seeds", align: "right", decimals: 0 },
      { key: "loss", title: "training loss", align: "right", decimals: 4, spread: "loss_sd" },
      {
        key: "accuracy_pct",
        title: "validation accuracy",
        unit: "%",
        align: "right",
        spread: "accuracy_sd_pp",
      },
    ],
    rows: arms.flatMap((arm) =>
      byEpoch(curves, arm).map((rows) => {
        const [loss, accuracy] = QUANTITIES.map(({ read }) => tInterval(rows.map(read)));
        return {
          arm,
          title: arm === "float" ? FLOAT_STYLE.title : styles(arm).title,
          epoch: rows[0]!.epoch,
          seeds: rows.length,
          loss: loss!.mean,
          loss_sd: loss!.sd,
          accuracy_pct: accuracy!.mean,
          accuracy_sd_pp: accuracy!.sd,
        };
      }),
    ),
  };
}

/** The rows of an arm, one list of seeds for each epoch that every one of its seeds has. */
function byEpoch(curves: readonly CurveRow[], arm: string): CurveRow[][] {
  const own = curves.filter((row) => row.arm === arm);
  const epochs = [...new Set(own.map(({ epoch }) => epoch))].sort((a, b) => a - b);
  return epochs.map((epoch) => own.filter((row) => row.epoch === epoch));
}

function curvesFigure(results: Results, curves: readonly CurveRow[], all: readonly Panel[]): Figure {
  const trained = new Set(curves.map(({ arm }) => arm));
  const panels = all
    .map(({ title, lines }) => ({ title, lines: lines.filter(({ arm }) => trained.has(arm)) }))
    .filter(({ lines }) => lines.length > 0);
  const columns = Math.max(1, panels.length);
  const [inner, plot] = [WIDTH - MARGIN.l - MARGIN.r, QUANTITIES.length * HEIGHT + GAP.y];
  const width = (inner - GAP.x * (columns - 1)) / columns / inner;
  const left = (column: number) => column * (width + GAP.x / inner);
  const names = legend(panels);
  const shown = panels.flatMap(({ lines }) => lines.map(({ arm }) => arm));
  const text = `${conditionsOf(results, curves, shown)}. Means over training seeds. ${EXPLAINED}`;
  const { caption, room } = captionBelow(text, [-70, -64]);
  const above = legendRoom(names.length);
  const layout: Figure["layout"] = {
    width: WIDTH,
    height: plot + above + room,
    ...SHEET,
    margin: { ...MARGIN, t: above, b: room },
    legend: legendAbove(1 + 36 / plot, { size: 15 }),
  };
  const data: Trace[] = [];
  for (const [row, { title, read, log }] of QUANTITIES.entries()) {
    const top = 1 - (row * (HEIGHT + GAP.y)) / plot;
    for (const [column, { lines }] of panels.entries()) {
      const index = row * columns + column;
      const suffix = suffixOf(index);
      data.push(...lines.map((line) => trace(byEpoch(curves, line.arm), line, read, suffix)));
      const isLast = row === QUANTITIES.length - 1;
      layout[`xaxis${suffix}`] = {
        ...axis(isLast ? "epoch" : "", { nticks: 6, showticklabels: isLast, rangemode: "tozero" }),
        anchor: `y${suffix}`,
        domain: [left(column), Math.min(1, left(column) + width)],
      };
      layout[`yaxis${suffix}`] = {
        ...axis(
          column === 0 ? title : "",
          log ? { type: "log", tickvals: LOSSES, ticktext: LOSSES.map(String) } : { nticks: 6 },
        ),
        anchor: `x${suffix}`,
        domain: [Math.max(0, top - HEIGHT / plot), top],
        showticklabels: column === 0,
        ...(column === 0 ? {} : { matches: row === 0 ? "y" : `y${columns + 1}` }),
      };
    }
  }
  layout["annotations"] = [
    ...panels.map(({ title }, column) => panelTitle(title, left(column) + width / 2)),
    ...(data.length === 0 ? [note("no networks yet", { x: 0.5, y: 0.5, size: 22 })] : []),
    caption,
  ];
  return { data: [...names, ...data], layout };
}

interface Trace {
  readonly legendgroup: string;
}

function trace(
  epochs: readonly CurveRow[][],
  { style }: Line,
  read: (row: CurveRow) => number,
  suffix: string,
): Trace {
  const { title, color, dash, width, marker } = style;
  const drawn = {
    type: "scatter",
    mode: "lines+markers",
    name: title,
    legendgroup: title,
    showlegend: false,
    xaxis: `x${suffix}`,
    yaxis: `y${suffix}`,
    x: epochs.map(([first]) => first!.epoch),
    y: epochs.map((rows) => tInterval(rows.map(read)).mean),
    line: { color, dash, width },
    marker: { color, symbol: marker, size: 6 },
    hovertemplate: `${title}<br>epoch %{x}<br>%{y:.4g}<extra></extra>`,
  };
  return drawn;
}

function legend(panels: readonly Panel[]): object[] {
  const styles = new Map(
    panels.flatMap(({ lines }) => lines.map(({ style }) => [style.title, style] as const)),
  );
  return [...styles.values()].map(({ title, color, dash, width, marker }) => ({
    type: "scatter",
    mode: "lines+markers",
    name: title,
    legendgroup: title,
    x: [null],
    y: [null],
    line: { color, dash, width },
    marker: { color, symbol: marker, size: 9 },
  }));
}

/** @param shown arms whose seeds count */
function conditionsOf(
  { study: { name, profile, bits } }: Results,
  curves: readonly CurveRow[],
  shown: readonly string[],
) {
  const seeds = new Set(curves.flatMap(({ arm, seed }) => (shown.includes(arm) ? [seed] : [])));
  return `${name}, profile ${profile} · ${plural(seeds.size, "seed")} · ${bitsLabel(bits)} if not said otherwise`;
}

const EXPLAINED =
  "Training loss: mean over the batches of the epoch, penalties included. Validation accuracy: of the network as deployed, without faults.";
