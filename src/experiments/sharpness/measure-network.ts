/** Everything that is measured on one network, in parts that can be done, and stored, one by one. */

import { stream } from "../../base/random/stream.js";
import { relativeSize } from "../../faults/expectations.js";
import type { FaultMap } from "../../faults/map.js";
import { faultModel } from "../../faults/models.js";
import { type Codes, type DeployedNetwork, quantizedWeights } from "../../inference/deploy.js";
import type { Encoding } from "../../quantization/encodings.js";
import { ascendedRise, type Surface, steepestRise } from "./ascent.js";
import { ball } from "./balls.js";
import { type FaultRise, faultRises } from "./fault-rises.js";
import { averageRises, relativeRadii, worstRise } from "./flatness.js";
import { asymmetry, centralDifferences, type Product } from "./hessian.js";
import { diagonalSums } from "./hutchinson.js";
import { topEigenvalues } from "./lanczos.js";
import { type Layer, only, part } from "./layers.js";
import { type PredictorTerms, predictorCells, predictorTerms } from "./predictor.js";
import type { SharpnessSettings } from "./settings.js";
import { dot, norm } from "./vector.js";

/** One number. */
export interface Measure {
  readonly id: string;
  readonly value: number;
  /** Of a mean over random draws; null where nothing is drawn, or one number is. */
  readonly standardError: number | null;
  readonly unit: "nats" | "nats / weight^2";
  /** Euclidean norm of the perturbation, and that norm over ||Q(w)||; null where none has a size. */
  readonly radius: number | null;
  readonly relativeRadius: number | null;
}

/** How symmetric Hessian-vector products are (`asymmetry`), and central differences of the gradient in their place. */
export interface HessianCheck {
  readonly asymmetry: number;
  readonly differences: readonly { readonly step: number; readonly asymmetry: number }[];
  /** Hessian-vector products until the eigenvalues were precise, and their error bounds. */
  readonly products: number;
  readonly bounds: readonly number[];
}

/** What one part finds. */
export interface Findings {
  readonly measures: readonly Measure[];
  readonly faultRises?: readonly FaultRise[];
  readonly predictor?: readonly PredictorTerms[];
  readonly hessian?: HessianCheck;
}

/** A network and what it is measured by. */
export interface SharpnessSubject {
  /** Names the random vectors, which all networks of a study share. */
  readonly study: string;
  readonly network: DeployedNetwork;
  readonly layers: readonly Layer[];
  readonly surface: Surface;
  readonly product: Product;
  /** Loss of the deployed network with these codes. */
  readonly codeLoss: (codes: Codes) => number;
  readonly encoding: Encoding;
  /** Draws a fault map by its index. */
  readonly map: (index: number) => FaultMap;
}

/** Something to be measured by itself. */
export interface Part {
  readonly name: string;
  /** About how long it takes, in units of one evaluation of the loss. */
  readonly work: number;
  find(): Findings;
}

/** About how long a gradient, a Hessian-vector product and the loss under codes take, in evaluations of the loss. */
export const WORK = { loss: 1, gradient: 2.3, product: 6, codeLoss: 0.2 } as const;

/** Steps of central differences that are compared with exact products, relative to the weights. */
const STEPS = [1e-3, 1e-2, 1e-1];

/** All that is measured, in the order in which it is. */
export function partsOf(subject: SharpnessSubject, settings: SharpnessSettings): Part[] {
  const { rho, ballRates, adaptiveRho, steps, restarts, worstXi } = settings;
  const ascent = 2 + (steps + 1) * (WORK.loss + WORK.gradient);
  return [
    { name: "loss", work: 1, find: () => lossOf(subject) },
    { name: "average", work: averageWork(settings), find: () => average(subject, settings) },
    ...[...rho.map((r) => ({ id: `${r}`, radius: r })), ...ballRates.map((p) => faultBall(subject, p))].map(
      ({ id, radius }) => ({
        name: `sam:${id}`,
        work: ascent,
        find: () => sam(subject, settings, id, radius),
      }),
    ),
    ...adaptiveRho.map((r) => ({
      name: `asam:${r}`,
      work: ascent,
      find: () => adaptive(subject, settings, r),
    })),
    { name: `worst:${worstXi}`, work: restarts * ascent, find: () => worst(subject, settings) },
    { name: "eigenvalues", work: 30 * WORK.product, find: () => eigenvalues(subject, settings) },
    { name: "diagonal", work: settings.traceSamples * WORK.product, find: () => diagonal(subject, settings) },
    { name: "faults", work: faultWork(subject, settings), find: () => faults(subject, settings) },
  ];
}

/**
 * xi_l = sqrt(p rel_l): the relative size of flips of rate p in each layer, in offset binary whatever the encoding is:
 * a size, the same for networks that differ in the encoding alone.
 */
export function faultXi(network: DeployedNetwork, rate: number): number[] {
  const weights = quantizedWeights(network);
  return network.layers.map(({ name, clip, bits }) =>
    Math.sqrt(rate * relativeSize(weights[name]!.data, clip, bits)),
  );
}

function key({ study }: SharpnessSubject, part: string): (string | number)[] {
  return [study, "sharpness", part];
}

function lossOf({ surface }: SharpnessSubject): Findings {
  return { measures: [nats("loss", surface.loss(surface.weights))] };
}

function faultBall(subject: SharpnessSubject, rate: number) {
  return { id: `p=${rate}`, radius: length(sphereRadii(subject, faultXi(subject.network, rate))) };
}

function sam(subject: SharpnessSubject, { steps }: SharpnessSettings, id: string, radius: number): Findings {
  const within = ball(radius);
  const size = sized(subject, radius);
  return {
    measures: [
      { ...nats(`sam-step:${id}`, steepestRise(subject.surface, within)), ...size },
      { ...nats(`sam-ascent:${id}`, ascendedRise(subject.surface, within, { steps })), ...size },
    ],
  };
}

function adaptive({ surface }: SharpnessSubject, settings: SharpnessSettings, rho: number): Findings {
  const within = ball(
    rho,
    surface.weights.map((w) => Math.abs(w) + settings.adaptiveEta),
  );
  return {
    measures: [
      nats(`asam-step:${rho}`, steepestRise(surface, within)),
      nats(`asam-ascent:${rho}`, ascendedRise(surface, within, { steps: settings.steps })),
    ],
  };
}

function averageWork({ sphereRates, averageSamples }: SharpnessSettings): number {
  return averageSamples * (1 + sphereRates.length);
}

function average(subject: SharpnessSubject, settings: SharpnessSettings): Findings {
  const { surface, layers, network } = subject;
  const { averageXi, sphereRates, averageSamples: samples } = settings;
  const spheres = [
    ...sphereRates.map((p) => ({ id: `p=${p}`, radii: sphereRadii(subject, faultXi(network, p)) })),
    { id: `${averageXi}`, radii: relativeRadii(layers, surface.weights, averageXi) },
  ];
  const found = averageRises(
    surface,
    layers,
    spheres.map(({ radii }) => radii),
    {
      samples,
      key: key(subject, "average"),
    },
  );
  return {
    measures: spheres.map(({ id, radii }, i) => ({
      ...nats(`average:${id}`, found[i]!.value, found[i]!.standardError),
      ...sized(subject, length(radii)),
    })),
  };
}

function worst(subject: SharpnessSubject, { worstXi, restarts, steps }: SharpnessSettings): Findings {
  const { surface, layers } = subject;
  const radii = relativeRadii(layers, surface.weights, worstXi);
  const rise = worstRise(surface, layers, radii, { restarts, steps, key: key(subject, "worst") });
  return { measures: [{ ...nats(`worst:${worstXi}`, rise), ...sized(subject, length(radii)) }] };
}

function eigenvalues(subject: SharpnessSubject, settings: SharpnessSettings): Findings {
  const { surface, product } = subject;
  const size = surface.weights.length;
  const { values, bounds, products } = topEigenvalues(product, size, {
    count: settings.eigenvalues,
    tolerance: settings.eigenvalueTolerance,
    most: settings.mostProducts,
    draws: stream(...key(subject, "eigenvalues")),
  });
  const probe = { key: key(subject, "symmetry") };
  return {
    measures: [
      ...values.map((value, i) => curvature(`eigenvalue:${i + 1}`, value)),
      nats("eigenvalue:1*norm^2", values[0]! * dot(surface.weights, surface.weights)),
    ],
    hessian: {
      asymmetry: asymmetry(product, size, probe),
      differences: STEPS.map((step) => ({
        step,
        asymmetry: asymmetry(centralDifferences(surface.gradient, surface.weights, { step }), size, probe),
      })),
      products,
      bounds,
    },
  };
}

/** All that Hutchinson's estimates give: traces, and what scatter of the weights costs under faults. */
function diagonal(subject: SharpnessSubject, settings: SharpnessSettings): Findings {
  const { surface, product, layers, network, encoding } = subject;
  const { weights } = surface;
  const ones = weights.map(() => 1);
  const meanSquares = weights.slice();
  for (const { from, to } of layers)
    meanSquares.fill(dot(weights.subarray(from, to), weights.subarray(from, to)) / (to - from), from, to);
  const cells = predictorCells(layers, network.layers, {
    faults: settings.faults.map(faultModel),
    encoding,
    rates: (layer) => (layer === "" ? settings.faultRates : settings.layerRates),
  });
  const factors = [
    ones,
    meanSquares,
    ...layers.map((layer) => only(ones, [layer])),
    ...cells.map(({ variance }) => variance),
  ];
  const sums = diagonalSums(product, factors, { samples: settings.traceSamples, key: key(subject, "trace") });
  const [trace, relative, ...rest] = sums;
  const gradient = surface.gradient(weights);
  return {
    measures: [
      curvature("trace", trace!.value, trace!.standardError),
      nats("trace*mean-square", relative!.value, relative!.standardError),
      ...layers.map(({ name }, l) => curvature(`trace:${name}`, rest[l]!.value, rest[l]!.standardError)),
    ],
    predictor: cells.map((cell, i) =>
      predictorTerms(cell, { gradient, product, scatter: rest[layers.length + i]! }),
    ),
  };
}

function faultWork({ layers }: SharpnessSubject, settings: SharpnessSettings): number {
  const { faults, faultRates, layerRates, maps } = settings;
  return WORK.codeLoss * maps * faults.length * (faultRates.length + 0.5 * layers.length * layerRates.length);
}

function faults(subject: SharpnessSubject, settings: SharpnessSettings): Findings {
  const { network, codeLoss, encoding, layers } = subject;
  const { faults, faultRates, layerRates } = settings;
  const cells = faults.flatMap((fault) => [
    { fault, layer: "", rates: faultRates },
    ...layers.map(({ name }) => ({ fault, layer: name, rates: layerRates })),
  ]);
  const maps = (function* () {
    for (let index = 0; index < settings.maps; index++) yield subject.map(index);
  })();
  const rises = faultRises(network, codeLoss, maps, { cells, encoding });
  return {
    measures: rises
      .filter(({ layer }) => layer === "")
      .map(({ fault, rate, value, standardError }) =>
        nats(`faults:${fault}:p=${rate}`, value, standardError),
      ),
    faultRises: rises,
  };
}

function sphereRadii({ surface, layers }: SharpnessSubject, xi: readonly number[]): number[] {
  return layers.map((layer, l) => xi[l]! * norm(part(surface.weights, layer)));
}

function length(values: readonly number[]): number {
  return Math.hypot(...values);
}

function sized({ surface }: SharpnessSubject, radius: number) {
  return { radius, relativeRadius: radius / norm(surface.weights) };
}

function nats(id: string, value: number, standardError = NaN): Measure {
  return measure(id, value, standardError, "nats");
}

function curvature(id: string, value: number, standardError = NaN): Measure {
  return measure(id, value, standardError, "nats / weight^2");
}

function measure(id: string, value: number, error: number, unit: Measure["unit"]): Measure {
  const standardError = Number.isNaN(error) ? null : error;
  return { id, value, standardError, unit, radius: null, relativeRadius: null };
}
