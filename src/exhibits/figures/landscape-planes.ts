import type { LandscapeDocument } from "../../experiments/sharpness/landscape.js";
import type { ArmStyle } from "../../experiments/study/presentation.js";
import type { Figure } from "../forms/figure.js";
import { styleById } from "../style/arms.js";
import { directionTitle, landscapeConditions, planesOfOneSeed } from "../style/landscape-conditions.js";
import { axis, captionBelow, note, panelTitle, SHEET, suffixOf, WIDTH } from "../style/sheet.js";

/** Pixels of a row of up to two panels, of a row of three, and of what is above and beside all of them. */
const ROW = { wide: 340, narrow: 230 };
const MARGIN = { l: 84, r: 110, t: 50 };
/** Gaps between panels in pixels. */
const GAP = { x: 50, y: 80 };

/** Decades of loss, to a thousandth: all further digits would only make files larger. */
function heights({ rows }: LandscapeDocument): number[][] {
  return rows.map((losses) => losses.map((loss) => Number(Math.log10(loss).toFixed(3))));
}

/** Bounds of the colours: decades of loss, those of all planes together. */
function colours(planes: readonly LandscapeDocument[]) {
  const losses = planes.flatMap(({ rows }) => rows.flat());
  const [low, high] = [Math.log10(Math.min(...losses)), Math.log10(Math.max(...losses))];
  const ticks = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000].filter(
    (loss) => Math.log10(loss) >= low - 0.01 && Math.log10(loss) <= high + 0.01,
  );
  const colorbar = {
    title: { text: "loss (nats)", side: "right" },
    tickvals: ticks.map(Math.log10),
    ticktext: ticks.map(String),
    thickness: 18,
    len: 1,
  };
  return { low, high, colorbar };
}

/**
 * The loss in a plane through the weights, one panel per arm, of one seed: contours on a scale of colours that all share. The
 * directions are the same for all arms, scaled to each network's own weights.
 */
export function landscapeContours(
  documents: readonly LandscapeDocument[],
  styles: (arm: string) => ArmStyle = styleById,
): Figure {
  const planes = planesOfOneSeed(documents);
  const columns = planes.length > 4 ? 3 : Math.min(2, Math.max(1, planes.length));
  const rows = Math.max(1, Math.ceil(planes.length / columns));
  const inner = WIDTH - MARGIN.l - MARGIN.r;
  const rowHeight = columns > 2 ? ROW.narrow : ROW.wide;
  const height = rows * rowHeight + (rows - 1) * GAP.y;
  const { caption, room } = captionBelow(captionText(planes), [14 - MARGIN.l, -64]);
  const layout: Figure["layout"] = {
    width: WIDTH,
    height: height + MARGIN.t + room,
    ...SHEET,
    margin: { ...MARGIN, b: room },
  };
  const { low, high, colorbar } = colours(planes);
  const titles: object[] = [];
  const data = planes.map((plane, panel) => {
    const [column, row] = [panel % columns, Math.floor(panel / columns)];
    const suffix = suffixOf(panel);
    const width = (1 - (GAP.x / inner) * (columns - 1)) / columns;
    const left = column * (width + GAP.x / inner);
    const top = 1 - (row * (rowHeight + GAP.y)) / height;
    const [x, y] = plane.directions.map(directionTitle);
    layout[`xaxis${suffix}`] = {
      ...axis(panel + columns >= planes.length ? x! : "", { nticks: 5 }),
      anchor: `y${suffix}`,
      domain: [left, Math.min(1, left + width)],
    };
    layout[`yaxis${suffix}`] = {
      ...axis(column === 0 ? y! : "", { nticks: 5 }),
      anchor: `x${suffix}`,
      domain: [Math.max(0, top - rowHeight / height), top],
      showticklabels: column === 0,
    };
    titles.push({ ...panelTitle(styles(plane.arm).title, left + width / 2), y: top });
    return {
      type: "contour",
      x: plane.steps,
      y: plane.steps,
      z: heights(plane),
      hovertemplate: "10<sup>%{z:.2f}</sup> nats<extra></extra>",
      xaxis: `x${suffix}`,
      yaxis: `y${suffix}`,
      zmin: low,
      zmax: high,
      contours: { start: low, end: high, size: (high - low) / 20 },
      colorscale: "Viridis",
      line: { width: 0.7, color: "#ffffff" },
      showscale: panel === 0,
      colorbar,
    };
  });
  layout["annotations"] = [...titles, ...(planes.length === 0 ? [NONE] : [caption])];
  return { data, layout };
}

/** The same as surfaces, seen from the same point, the height in decades of loss. */
export function landscapeSurfaces(
  documents: readonly LandscapeDocument[],
  styles: (arm: string) => ArmStyle = styleById,
): Figure {
  const planes = planesOfOneSeed(documents);
  const columns = Math.min(2, Math.max(1, planes.length));
  const rows = Math.max(1, Math.ceil(planes.length / columns));
  const { low, high, colorbar } = colours(planes);
  const { caption, room } = captionBelow(captionText(planes), [4, -10]);
  const layout: Figure["layout"] = {
    width: WIDTH,
    height: rows * 400 + 40 + room,
    ...SHEET,
    margin: { l: 10, r: 110, t: 40, b: room },
  };
  const titles: object[] = [];
  const data = planes.map((plane, panel) => {
    const [column, row] = [panel % columns, Math.floor(panel / columns)];
    const scene = `scene${suffixOf(panel)}`;
    const [x, y] = plane.directions.map(directionTitle);
    const bottom = 1 - (row + 1) / rows;
    const plain = { tickfont: { size: 12 }, gridcolor: "#cccccc", nticks: 5 };
    layout[scene] = {
      domain: { x: [column / columns, (column + 1) / columns], y: [bottom, bottom + 1 / rows] },
      xaxis: { ...plain, title: { text: x, font: { size: 14 } } },
      yaxis: { ...plain, title: { text: y, font: { size: 14 } } },
      zaxis: {
        ...plain,
        title: { text: "" }, // the colour bar says it
        range: [low, high],
        tickvals: colorbar.tickvals,
        ticktext: colorbar.ticktext,
      },
      camera: { eye: { x: 1.4, y: -1.4, z: 0.85 }, center: { x: 0, y: 0, z: -0.18 } },
      aspectratio: { x: 1, y: 1, z: 0.7 },
    };
    titles.push({
      ...panelTitle(styles(plane.arm).title, (column + 0.5) / columns),
      y: bottom + 0.9 / rows,
    });
    return {
      type: "surface",
      scene,
      x: plane.steps,
      y: plane.steps,
      z: heights(plane),
      cmin: low,
      cmax: high,
      colorscale: "Viridis",
      showscale: panel === 0,
      colorbar,
    };
  });
  layout["annotations"] = [...titles, ...(planes.length === 0 ? [NONE] : [caption])];
  return { data, layout };
}

const NONE = note("no landscapes yet", { x: 0.5, y: 0.5, size: 22 });

function captionText(planes: readonly LandscapeDocument[]): string {
  if (planes.length === 0) return "";
  return (
    `${landscapeConditions(planes)}.\nSeed ${planes[0]!.seed}; a step of 1 is as long as the weights. Colours and directions are common, ` +
    "the latter scaled to each network's filters."
  );
}
