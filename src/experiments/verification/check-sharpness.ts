/** Whether what was measured around networks can be what it says, as far as that shows without measuring it again. */

import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { settingsHash } from "../../base/settings-hash.js";
import { deploy, quantizedWeights } from "../../inference/deploy.js";
import { networkHash } from "../../networks/checkpoints/checkpoint.js";
import { documentPath, readSharpness, type SharpnessDocument } from "../sharpness/documents.js";
import { type LandscapeDocument, landscapePath, readLandscape } from "../sharpness/landscape.js";
import { faultXi } from "../sharpness/measure-network.js";
import { SHARPNESS, type SharpnessSettings } from "../sharpness/settings.js";
import { documentsIn, SHARPNESS_FOLDER } from "../sharpness/stored.js";
import { contentOf, modelOf } from "../study/content.js";
import { aboutStudy } from "../study/definition.js";
import type { Study } from "../study/study.js";
import type { PublishedNetwork } from "./check-networks.js";
import { attempting, type Findings, listed } from "./findings.js";

export interface CheckedSharpness extends Findings {
  /** Documents of networks that are there, with these. */
  readonly documents: readonly { readonly document: SharpnessDocument; readonly network: PublishedNetwork }[];
}

/** Holds each document in the folder `sharpness` of results against the program's settings, its network and itself. */
export function checkSharpness(
  study: Study,
  directory: string,
  networks: readonly PublishedNetwork[],
): CheckedSharpness {
  const folder = documentsIn(directory);
  if (!existsSync(folder)) {
    const judged = aboutStudy(study).judgement.sharpness !== undefined;
    return {
      documents: [],
      problems: [],
      notChecked: judged ? ["sharpness: none is in these results, though the study judges it"] : [],
    };
  }
  const problems: string[] = [];
  const attempt = attempting((problem) => problems.push(problem));
  const documents: { document: SharpnessDocument; network: PublishedNetwork }[] = [];
  for (const file of readdirSync(folder).sort()) {
    const path = join(folder, file);
    const isLandscape = /-seed\d+-(lines|plane-.*)\.json$/.test(file);
    const found = attempt(() => (isLandscape ? readLandscape(path) : readSharpness(path)));
    if (!found) continue;
    const tell = (what: string) => problems.push(`${SHARPNESS_FOLDER}/${file} ${what}`);
    const own = "kind" in found ? landscapePath(directory, found) : documentPath(directory, found);
    if (own !== path) tell(`says that it is ${own.slice(folder.length + 1)}`);
    const network = networks.find(({ arm, seed }) => arm === found.arm && seed === found.seed);
    if (!network || networkHash(network.checkpoint) !== found.network) {
      problems.push(
        `sharpness/ has a ${found.format} of ${found.arm}, seed ${found.seed}, that is of another network than its checkpoint`,
      );
      continue;
    }
    for (const what of headProblems(study, found, network)) tell(what);
    if ("kind" in found) {
      for (const what of landscapeProblems(found)) tell(what);
      continue;
    }
    for (const what of documentProblems(study, found, network)) tell(what);
    documents.push({ document: found, network });
  }
  const measured = new Set(documents.map(({ document: { arm, seed } }) => `${arm}, seed ${seed}`));
  const without = networks
    .map(({ arm, seed }) => `${arm}, seed ${seed}`)
    .filter((name) => !measured.has(name));
  return {
    documents,
    problems,
    notChecked: [
      "landscapes: the losses in them",
      ...(without.length > 0 ? [`sharpness that is not in these results: ${listed(without)}`] : []),
    ],
  };
}

function same(a: unknown, b: unknown): boolean {
  return settingsHash([a ?? null]) === settingsHash([b ?? null]);
}

/** What a document says it was measured on, and was not. */
function headProblems(
  study: Study,
  found: SharpnessDocument | LandscapeDocument,
  { checkpoint }: PublishedNetwork,
): string[] {
  const isLandscape = "kind" in found;
  const key = [study.name, "sharpness", "images"];
  const count = isLandscape ? found.images.count : SHARPNESS.images;
  const wanted: Record<string, unknown> = {
    study: study.name,
    model: modelOf(study).name,
    bits: checkpoint.origin.bits,
    encoding: study.campaign.encoding,
    images: { dataset: contentOf(study).dataset, split: "train", key, count },
    ...(isLandscape
      ? { directionKey: [study.name, "sharpness", "direction", found.seed] }
      : { maps: `${study.name}-sharpness` }),
  };
  if (![study.profile, checkpoint.origin.profile].includes(found.profile)) wanted["profile"] = study.profile;
  const given = found as unknown as Record<string, unknown>;
  return Object.keys(wanted)
    .filter((key) => !same(given[key], wanted[key]))
    .map(
      (key) => `says ${key} ${JSON.stringify(given[key])}, the study gives ${JSON.stringify(wanted[key])}`,
    );
}

function landscapeProblems({ kind, directions, steps, rows }: LandscapeDocument): string[] {
  const count = kind === "lines" ? directions.length : steps.length;
  const isWhole = rows.length === count && rows.every((row) => row.length === steps.length);
  return isWhole
    ? []
    : [
        `has ${rows.length} rows of losses, or rows of other lengths, where there should be ${count} of ${steps.length}`,
      ];
}

/** Relative difference up to which sums in another order, or of another processor, are the same number. */
const CLOSE = 1e-5;

function documentProblems(
  study: Study,
  document: SharpnessDocument,
  { checkpoint }: PublishedNetwork,
): string[] {
  const problems: string[] = [];
  const { settings, layers, measures, faultRises, predictor, hessian, done } = document;
  for (const key of new Set([...Object.keys(SHARPNESS), ...Object.keys(settings)]) as Set<
    keyof SharpnessSettings
  >)
    if (!same(settings[key], SHARPNESS[key]))
      problems.push(
        `was measured with the setting ${key} ${JSON.stringify(settings[key])}, this program's is ${JSON.stringify(SHARPNESS[key])}`,
      );
  if (problems.length > 0) return problems;

  const network = deploy(modelOf(study), checkpoint);
  const weights = quantizedWeights(network);
  const wantedLayers = network.layers.map(({ name, clip }) => ({
    name,
    weights: weights[name]!.data.length,
    norm: Math.sqrt(weights[name]!.data.reduce((sum, w) => sum + w * w, 0)),
    clip,
  }));
  const names = wantedLayers.map(({ name }) => name);
  const equals = (
    what: string,
    found: number | null | undefined,
    wanted: number,
    scale = Math.abs(wanted),
  ) => {
    if (typeof found !== "number" || !(Math.abs(found - wanted) <= CLOSE * scale + 1e-12))
      problems.push(`has ${what} ${found}, by the rest of it ${wanted}`);
  };
  const requireList = (what: string, found: readonly string[], wanted: readonly string[]) => {
    if (found.join("\n") === wanted.join("\n")) return;
    const missing = wanted.filter((each) => !found.includes(each));
    const surplus = found.filter((each, i) => !wanted.includes(each) || found.indexOf(each) !== i);
    problems.push(
      `has other ${what} than its settings give` +
        (missing.length > 0 ? `; it lacks ${listed(missing)}` : "") +
        (surplus.length > 0 ? `; it has ${listed(surplus)} besides, or twice` : ""),
    );
  };
  requireList(
    "layers",
    layers.map(({ name, weights }) => `${name} ${weights}`),
    wantedLayers.map(({ name, weights }) => `${name} ${weights}`),
  );
  requireList("parts", done, partNames(settings));
  requireList(
    "measures",
    measures.map(({ id }) => id),
    measureIds(settings, names),
  );
  const cells = settings.faults.flatMap((fault) => ["", ...names].map((layer) => ({ fault, layer })));
  const at = ({ fault, layer, rate }: { fault: string; layer: string; rate?: number }) =>
    [fault, layer || "all layers", ...(rate === undefined ? [] : [rate])].join(" ");
  requireList(
    "rises under faults",
    faultRises.map(at),
    cells.flatMap((cell) =>
      (cell.layer === "" ? settings.faultRates : settings.layerRates).map((rate) => at({ ...cell, rate })),
    ),
  );
  if (problems.length > 0) return problems;

  for (const [i, layer] of wantedLayers.entries()) {
    equals(`the norm of ${layer.name}`, layers[i]!.norm, layer.norm);
    equals(`the clip of ${layer.name}`, layers[i]!.clip, layer.clip);
  }
  const measure = new Map(measures.map((each) => [each.id, each]));
  const valueAt = (id: string) => measure.get(id)!.value;
  const norms = wantedLayers.map(({ norm }) => norm);
  const length = Math.hypot(...norms);
  equals("eigenvalue:1*norm^2", valueAt("eigenvalue:1*norm^2"), valueAt("eigenvalue:1") * length * length);
  const traces = names.map((name) => valueAt(`trace:${name}`));
  const size = traces.reduce((sum, each) => sum + Math.abs(each), 0);
  equals(
    "trace",
    valueAt("trace"),
    traces.reduce((sum, each) => sum + each, 0),
    size,
  );
  const squares = wantedLayers.map(({ norm, weights }, l) => (traces[l]! * norm * norm) / weights);
  equals(
    "trace*mean-square",
    valueAt("trace*mean-square"),
    squares.reduce((sum, each) => sum + each, 0),
    squares.reduce((sum, each) => sum + Math.abs(each), 0),
  );
  const faultRadius = (rate: number) => Math.hypot(...faultXi(network, rate).map((xi, l) => xi * norms[l]!));
  const radii: [string, number][] = [
    ...settings.sphereRates.map((p): [string, number] => [`average:p=${p}`, faultRadius(p)]),
    [`average:${settings.averageXi}`, settings.averageXi * length],
    [`worst:${settings.worstXi}`, settings.worstXi * length],
    ...[
      ...settings.rho.map((r) => [`${r}`, r] as const),
      ...settings.ballRates.map((p) => [`p=${p}`, faultRadius(p)] as const),
    ].flatMap(([id, radius]): [string, number][] => [
      [`sam-step:${id}`, radius],
      [`sam-ascent:${id}`, radius],
    ]),
  ];
  const sized = new Map(radii);
  for (const { id, radius, relativeRadius, standardError, unit } of measures) {
    const wanted = sized.get(id);
    if (wanted === undefined ? radius !== null || relativeRadius !== null : false)
      problems.push(`has a radius of ${id}, which has none`);
    if (wanted !== undefined) {
      equals(`the radius of ${id}`, radius, wanted);
      equals(`the relative radius of ${id}`, relativeRadius, wanted / length);
    }
    const isMean = /^(average|trace|faults)[:*]|^trace$/.test(id);
    if (isMean !== (standardError !== null))
      problems.push(`has ${isMean ? "no" : "a"} standard error of ${id}`);
    const curvature = /^trace(:|$)|^eigenvalue:\d+$/.test(id);
    if ((unit === "nats") === curvature) problems.push(`has the unit ${unit} of ${id}`);
  }
  for (const { fault, layer, rate, value, standardError } of faultRises)
    if (layer === "") {
      const other = measure.get(`faults:${fault}:p=${rate}`)!;
      if (other.value !== value || other.standardError !== standardError)
        problems.push(`has two rises under ${fault} at ${rate}: ${other.value} and ${value}`);
    }
  requireList(
    "predictions",
    [...new Set(predictor.map(({ fault, layer }) => at({ fault, layer })))],
    cells.map(at),
  );
  for (const fault of settings.faults) {
    const terms = predictor.filter((each) => each.fault === fault && each.rate === undefined);
    const total = terms.find(({ layer }) => layer === "");
    if (!total) continue;
    const own = terms.filter(({ layer }) => layer !== "");
    for (const [what, of] of [
      ["slope", (each: (typeof own)[number]) => each.slope],
      ["scatter", (each: (typeof own)[number]) => each.scatter.value],
    ] as const) {
      const parts = own.map(of);
      equals(
        `the ${what} of ${fault}`,
        of(total),
        parts.reduce((sum, each) => sum + each, 0),
        parts.reduce((sum, each) => sum + Math.abs(each), 0),
      );
    }
  }
  if (hessian?.bounds.length !== settings.eigenvalues)
    problems.push("has other error bounds than eigenvalues");
  if ((hessian?.products ?? 0) > settings.mostProducts)
    problems.push("took more products than its settings allow");
  return problems;
}

/** Names of the parts that settings have, in their order. */
function partNames({ rho, ballRates, adaptiveRho, worstXi }: SharpnessSettings): string[] {
  const balls = [...rho.map(String), ...ballRates.map((p) => `p=${p}`)];
  return [
    "loss",
    "average",
    ...balls.map((id) => `sam:${id}`),
    ...adaptiveRho.map((r) => `asam:${r}`),
    `worst:${worstXi}`,
    "eigenvalues",
    "diagonal",
    "faults",
  ];
}

/** Ids of the measures that settings have, in their order. */
function measureIds(settings: SharpnessSettings, layers: readonly string[]): string[] {
  const { rho, ballRates, adaptiveRho, sphereRates, averageXi, worstXi } = settings;
  const balls = [...rho.map(String), ...ballRates.map((p) => `p=${p}`)];
  return [
    "loss",
    ...sphereRates.map((p) => `average:p=${p}`),
    `average:${averageXi}`,
    ...balls.flatMap((id) => [`sam-step:${id}`, `sam-ascent:${id}`]),
    ...adaptiveRho.flatMap((r) => [`asam-step:${r}`, `asam-ascent:${r}`]),
    `worst:${worstXi}`,
    ...Array.from({ length: settings.eigenvalues }, (_, i) => `eigenvalue:${i + 1}`),
    "eigenvalue:1*norm^2",
    "trace",
    "trace*mean-square",
    ...layers.map((name) => `trace:${name}`),
    ...settings.faults.flatMap((fault) => settings.faultRates.map((p) => `faults:${fault}:p=${p}`)),
  ];
}
