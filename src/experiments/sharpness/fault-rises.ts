import { UserError } from "../../base/errors.js";
import { requireOptions } from "../../base/options.js";
import { injectFaults } from "../../faults/inject.js";
import type { FaultMap } from "../../faults/map.js";
import { faultModel } from "../../faults/models.js";
import type { Codes, DeployedNetwork } from "../../inference/deploy.js";
import { codesOf } from "../../inference/deploy.js";
import type { Encoding } from "../../quantization/encodings.js";
import { type Estimate, estimate } from "./hutchinson.js";

/** How much faults raise the loss on average over maps: fault sharpness. */
export interface FaultRise extends Estimate {
  /** Fault model id. */
  readonly fault: string;
  readonly rate: number;
  /** The layer that alone has faults; empty: all have. */
  readonly layer: string;
}

/** Faults at some rates, in one layer alone or in all. */
export interface FaultCell {
  readonly fault: string;
  readonly layer: string;
  readonly rates: readonly number[];
}

/**
 * Mean over maps of L(weights with faults) - L(w), the network deployed. The rates of a map are nested, so cells are paired.
 * @param loss of the network with these codes, such as `IntegerClassifier.loss`
 * @param maps drawn one by one; at least one
 */
export function faultRises(
  network: DeployedNetwork,
  loss: (codes: Codes) => number,
  maps: Iterable<FaultMap>,
  options: { cells: readonly FaultCell[]; encoding: Encoding },
): FaultRise[] {
  const { cells, encoding } = requireOptions("faultRises", options, { cells: true, encoding: true });
  requireLayers(network, cells);
  const own = codesOf(network);
  const base = loss(own);
  const found = cells.flatMap(({ rates, ...cell }) =>
    rates.map((rate) => ({ ...cell, rate, rises: [] as number[] })),
  );
  for (const map of maps)
    for (const { fault, layer, rate, rises } of found) {
      const model = faultModel(fault);
      const struck = network.layers.flatMap(({ name, codes, bits }, l) =>
        layer === "" || layer === name
          ? [[name, injectFaults(codes, map.layers[l]!, { rate, model, bits, encoding }).codes] as const]
          : [],
      );
      rises.push(loss({ ...own, ...Object.fromEntries(struck) }) - base);
    }
  return found.map(({ rises, ...cell }) => ({ ...cell, ...estimate(rises) }));
}

/** A layer that there is not has no faults, which would read as a rise of 0. */
function requireLayers(network: DeployedNetwork, cells: readonly FaultCell[]): void {
  const names = network.layers.map(({ name }) => name);
  const unknown = cells.find(({ layer }) => layer !== "" && !names.includes(layer));
  if (unknown)
    throw new UserError(`layer must be empty, for all, or one of ${names.join(", ")}, got ${unknown.layer}`);
}
