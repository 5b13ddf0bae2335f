import type { RiseRow } from "../../analysis/predicted-rises.js";
import { riseRows } from "../../analysis/predicted-rises.js";
import { percentOf } from "../../base/percent.js";
import type { SharpnessDocument } from "../../experiments/sharpness/documents.js";
import type { ArmStyle } from "../../experiments/study/presentation.js";
import type { Figure } from "../forms/figure.js";
import { styleById } from "../style/arms.js";
import { plural } from "../style/conditions.js";
import { faultStyle } from "../style/fault-styles.js";

import {
  axis,
  axisTitle,
  captionBelow,
  legendAbove,
  note,
  panelTitle,
  SHEET,
  short,
  suffixOf,
  WIDTH,
} from "../style/sheet.js";

const PANEL = 300;
const MARGIN = { l: 100, r: 16, t: 90 };
const GAP = { x: 25, y: 30 };
/** Whose faults a row of panels shows. */
const ROWS = ["faults in all layers", "in one layer at a time"] as const;

/**
 * Measured against predicted rise of the loss: a column per fault type, above faults in all layers, below in one at a time; one
 * dot per network and rate, larger for a higher rate. On the diagonal the prediction holds.
 */
export function predictorFigure(
  documents: readonly SharpnessDocument[],
  styles: (arm: string) => ArmStyle = styleById,
): Figure {
  const all = riseRows(documents);
  const shown = all.filter(({ predicted, measured }) => predicted > 0 && measured > 0);
  const faults = [...new Set(all.map(({ fault }) => fault))];
  const arms = [...new Set(all.map(({ arm }) => arm))];
  const rates = [...new Set(all.map(({ rate }) => rate))].sort((a, b) => a - b);
  const ends = shown.flatMap(({ predicted, measured }) => [predicted, measured]);
  const range = [Math.log10(Math.min(...ends)) - 0.2, Math.log10(Math.max(...ends)) + 0.2];
  const [inner, plot] = [WIDTH - MARGIN.l - MARGIN.r, ROWS.length * PANEL + GAP.y];
  const width = (1 - (GAP.x / inner) * (faults.length - 1)) / Math.max(1, faults.length);
  const height = PANEL / plot;
  const { caption, room } = captionBelow(captionOf(documents, rates, all.length - shown.length), [-86, -64]);
  const layout: Figure["layout"] = {
    width: WIDTH,
    height: plot + MARGIN.t + room,
    ...SHEET,
    margin: { ...MARGIN, b: room },
    legend: legendAbove(1 + 34 / plot),
  };
  const data: object[] = [];
  const titles: object[] = [];
  for (const [row, title] of ROWS.entries())
    for (const [column, fault] of faults.entries()) {
      const panel = row * faults.length + column;
      const suffix = suffixOf(panel);
      const left = column * (width + GAP.x / inner);
      const top = 1 - row * (height + GAP.y / plot);
      const inPanel = shown.filter((rise) => rise.fault === fault && (rise.layer === "") === (row === 0));
      data.push(diagonal(range, suffix));
      for (const arm of arms) {
        const own = inPanel.filter((rise) => rise.arm === arm);
        if (own.length > 0) data.push(dots(own, { arm, style: styles(arm), fault, suffix, rates }));
      }
      const shared = { type: "log", dtick: 1, tickformat: "~g", range };
      layout[`xaxis${suffix}`] = {
        ...axis("", {
          ...shared,
          dtick: 2, // all decades do not fit side by side
          tickangle: 0,
        }),
        anchor: `y${suffix}`,
        domain: [left, Math.min(1, left + width)],
        showticklabels: row === ROWS.length - 1,
      };
      layout[`yaxis${suffix}`] = {
        ...axis(column === 0 ? `${title}<br>measured (nats)` : "", shared),
        anchor: `x${suffix}`,
        domain: [Math.max(0, top - height), top],
        showticklabels: column === 0,
      };
      if (row === 0) titles.push(panelTitle(faultStyle(fault).title, left + width / 2));
    }
  layout["annotations"] = [
    ...titles,
    axisTitle("predicted rise of the loss (nats)", 0),
    ...(shown.length === 0 ? [note("nothing measured yet", { x: 0.5, y: 0.5, size: 22 })] : []),
    caption,
  ];
  return { data: shown.length === 0 ? [] : [...legend(arms, shown, styles), ...data], layout };
}

function diagonal(range: readonly number[], suffix: string): object {
  const ends = range.map((power) => 10 ** power);
  return {
    type: "scatter",
    mode: "lines",
    showlegend: false,
    hoverinfo: "skip",
    xaxis: `x${suffix}`,
    yaxis: `y${suffix}`,
    x: ends,
    y: ends,
    line: { color: "#888888", width: 1.5, dash: "dot" },
  };
}

function dots(
  rises: readonly RiseRow[],
  of: { arm: string; style: ArmStyle; fault: string; suffix: string; rates: readonly number[] },
): object {
  const { arm, style, fault, suffix, rates } = of;
  const { title, color, dash } = style;
  const { marker } = faultStyle(fault);
  return {
    type: "scatter",
    mode: "markers",
    name: title,
    legendgroup: arm,
    showlegend: false,
    xaxis: `x${suffix}`,
    yaxis: `y${suffix}`,
    x: rises.map(({ predicted }) => short(predicted)),
    y: rises.map(({ measured }) => short(measured)),
    error_y: {
      type: "data",
      array: rises.map(({ measuredError }) => short(1.96 * measuredError)),
      thickness: 1,
      width: 0,
      color: `${color}80`,
    },
    marker: {
      color,
      symbol: dash === "solid" ? marker : `${marker}-open`,
      size: rises.map(({ rate }) => short(6 + (8 * rates.indexOf(rate)) / Math.max(1, rates.length - 1))),
      line: { color, width: 1.5 },
    },
    text: rises.map(
      ({ rate, layer, seed }) => `seed ${seed}, ${layer || "all layers"}, ${percentOf(rate)} %`,
    ),
    hovertemplate: `${title}, %{text}<br>%{x:.4f} → %{y:.4f}<extra></extra>`,
  };
}

function legend(
  arms: readonly string[],
  shown: readonly RiseRow[],
  styles: (arm: string) => ArmStyle,
): object[] {
  return arms
    .filter((arm) => shown.some((rise) => rise.arm === arm))
    .map((arm) => {
      const { title, color, dash } = styles(arm);
      const marker = {
        color,
        symbol: dash === "solid" ? "circle" : "circle-open",
        size: 11,
        line: { color, width: 1.5 },
      };
      return {
        type: "scatter",
        mode: "markers",
        name: title,
        legendgroup: arm,
        x: [null],
        y: [null],
        marker,
      };
    });
}

function captionOf(
  documents: readonly SharpnessDocument[],
  rates: readonly number[],
  hidden: number,
): string {
  const [first] = documents;
  if (!first) return "";
  const { study, profile, images, settings } = first;
  const percent = rates.map(percentOf);
  const text = [
    `${study}, profile ${profile} · ${plural(documents.length, "network")} · ${images.count.toLocaleString("en-US")} training images · ${plural(settings.maps, "fault map")}.`,
    "Predicted to second order, m'g + m'Hm / 2 + sum v_i H_ii / 2, activations clamped but not quantized; measured on the deployed network.",
    `Dots grow with the rate: ${percent.join(", ")} %. Bars: 95 % intervals over maps. Dotted: measured = predicted.`,
    ...(hidden > 0 ? [`Not shown, since one of the two is not above 0: ${hidden}.`] : []),
  ];
  return text.join("\n");
}
