import { UserError } from "../errors.js";

/**
 * What a fault does to the stored bits of one weight. Any object of this shape can be handed to `injectFaults`; the
 * result must lie within the bits of the code.
 */
export interface FaultModel {
  /** Short name in files and on the command line. */
  readonly id: string;
  /** Name in figures and tables. */
  readonly title: string;
  /** What is read when `stored` was written and the bits set in `mask` are faulty; pure. */
  apply(stored: number, mask: number): number;
}

/** Every faulty bit reads inverted. */
export const flip: FaultModel = {
  id: "flip",
  title: "Bit flip",
  apply: (stored, mask) => stored ^ mask,
};

/** Every faulty bit reads 0. */
export const stuckAt0: FaultModel = {
  id: "sa0",
  title: "Stuck-at-0",
  apply: (stored, mask) => stored & ~mask,
};

/** Every faulty bit reads 1. */
export const stuckAt1: FaultModel = {
  id: "sa1",
  title: "Stuck-at-1",
  apply: (stored, mask) => stored | mask,
};

/** The models known by name, in the order of the figures. */
export const FAULT_MODELS: ReadonlyMap<string, FaultModel> = new Map(
  [flip, stuckAt0, stuckAt1].map((model) => [model.id, model]),
);

/** The model with this id; an unknown id is a UserError that lists the known ones. */
export function faultModel(id: string): FaultModel {
  const model = FAULT_MODELS.get(id);
  if (model === undefined) {
    throw new UserError(
      `fault model must be one of ${[...FAULT_MODELS.keys()].join(", ")}, got ${String(id)}`,
    );
  }
  return model;
}
