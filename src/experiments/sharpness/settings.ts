import { UserError } from "../../base/errors.js";
import { shown } from "../../base/options.js";
import { PLAIN_FAULTS } from "../../faults/models.js";

/** What is measured, and how precisely (docs/protocol.md section 6). */
export interface SharpnessSettings {
  /** Training images, the same for all networks of a study. */
  readonly images: number;
  /** Top eigenvalues: how many, the error bound as a share of the largest, the most Hessian-vector products. */
  readonly eigenvalues: number;
  readonly eigenvalueTolerance: number;
  readonly mostProducts: number;
  /** Random vectors of Hutchinson's estimates. */
  readonly traceSamples: number;
  /** SAM's radii, in units of weight. */
  readonly rho: readonly number[];
  /** ASAM's radii, and its eta. */
  readonly adaptiveRho: readonly number[];
  readonly adaptiveEta: number;
  /** Steps of gradient ascent. */
  readonly steps: number;
  /** Rates p of flips whose size sets a radius: of SAM's ball, and of each layer's sphere. */
  readonly ballRates: readonly number[];
  readonly sphereRates: readonly number[];
  /** Average-case flatness: radius relative to each layer's weights, directions. */
  readonly averageXi: number;
  readonly averageSamples: number;
  /** Worst-case flatness: relative radius, random starts. */
  readonly worstXi: number;
  readonly restarts: number;
  /** Faults injected into the deployed network: in all layers, and in one at a time. */
  readonly faults: readonly string[];
  readonly faultRates: readonly number[];
  readonly layerRates: readonly number[];
  readonly maps: number;
}

/** What a study is measured with. */
export const SHARPNESS: SharpnessSettings = {
  images: 2048,
  eigenvalues: 5,
  eigenvalueTolerance: 1e-3,
  mostProducts: 80,
  traceSamples: 64,
  rho: [0.05, 0.2],
  adaptiveRho: [0.5, 2],
  adaptiveEta: 0.01,
  steps: 20,
  ballRates: [0.001, 0.01],
  sphereRates: [0.001, 0.01, 0.05],
  averageXi: 0.5,
  averageSamples: 100,
  worstXi: 0.003,
  restarts: 10,
  faults: PLAIN_FAULTS.map(({ id }) => id),
  faultRates: [0.0001, 0.0003, 0.001, 0.003, 0.01, 0.02, 0.05],
  layerRates: [0.001, 0.01],
  maps: 50,
};

/** The settings with some of them changed. @throws UserError for one that there is not, or of another kind */
export function changedSettings(changes: Readonly<Record<string, unknown>>): SharpnessSettings {
  const known = SHARPNESS as unknown as Readonly<Record<string, unknown>>;
  const kindOf = (value: unknown) =>
    Array.isArray(value) ? `a list of ${typeof value[0]}s` : `a ${typeof value}`;
  if (typeof changes !== "object" || changes === null || Array.isArray(changes))
    throw new UserError(`sharpness settings must be an object, { "images": 512 }, got ${shown(changes)}`);
  for (const [name, value] of Object.entries(changes)) {
    if (!Object.hasOwn(known, name))
      throw new UserError(
        `sharpness settings must be among ${Object.keys(known).join(", ")}; there is no ${name}`,
      );
    if (kindOf(value) !== kindOf(known[name]))
      throw new UserError(`sharpness setting ${name} must be ${kindOf(known[name])}, got ${shown(value)}`);
  }
  return { ...SHARPNESS, ...changes };
}
