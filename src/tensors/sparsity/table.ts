import { requireOneOf } from "../../base/options.js";
import { requireSchema } from "../../base/schema.js";
import { fatrelu } from "./fatrelu.js";
import { hoyer } from "./hoyer.js";
import type { SparsificationKind } from "./kind.js";
import { l1 } from "./l1.js";
import { l1Mean } from "./l1-mean.js";
import { none } from "./none.js";

/** Every way to make activations sparse, by the `kind` of its settings: a line each. */
export const SPARSIFICATIONS = { none, l1, "l1-mean": l1Mean, hoyer, fatrelu };

type Table = typeof SPARSIFICATIONS;
type SettingsOf<Kind> = Kind extends SparsificationKind<infer Own> ? Own : never;

/** How an arm makes its activations sparse. */
export type Sparsification = { [K in keyof Table]: SettingsOf<Table[K]> & { readonly kind: K } }[keyof Table];

/** Checks how activations are to be made sparse. @throws UserError for another kind, or settings that it has not */
export function requireSparsification(own: Sparsification): Sparsification {
  requireOneOf("sparsification.kind", own?.kind, SPARSIFICATIONS);
  return requireSchema("sparsification", sparsificationKind(own).schema, own);
}

/** The kind of a sparsification. */
export function sparsificationKind(own: Sparsification): SparsificationKind<Sparsification> {
  return SPARSIFICATIONS[own.kind] as unknown as SparsificationKind<Sparsification>;
}

/** Activations below this are 0 in a network trained so. */
export function thresholdOf(own: Sparsification): number {
  return sparsificationKind(own).threshold(own);
}
