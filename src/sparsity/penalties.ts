import { z } from "zod";

/** How an arm makes its activations sparse (docs/protocol.md section 2). */
export type Sparsification =
  | { readonly kind: "none" }
  | { readonly kind: "l1"; readonly alpha: number }
  | { readonly kind: "hoyer"; readonly alpha: number }
  | { readonly kind: "fatrelu"; readonly threshold: number };

type Kind = Sparsification["kind"];
type Of<K extends Kind> = Extract<Sparsification, { kind: K }>;

/** What there is to know of one way to make activations sparse, but for what it does to tensors (`tensors/sparsity.ts`). */
export interface SparsificationSpec<K extends Kind> {
  readonly schema: z.ZodType<Of<K>>;
  /** In the titles of arms. */
  readonly title: (own: Of<K>) => string;
  /** The number that a selection can vary, and the setting with another value of it; null where there is none. */
  readonly knob: { readonly title: string; readonly with: (value: number) => Of<K> } | null;
  /** Activations below this are 0 in the deployed network; 0 is ReLU. */
  readonly threshold: (own: Of<K>) => number;
}

const alpha = z.number().positive();
const relu = () => 0;

/** Every kind: a missing one does not compile. */
export const SPARSIFICATIONS: { readonly [K in Kind]: SparsificationSpec<K> } = {
  none: {
    schema: z.strictObject({ kind: z.literal("none") }),
    title: () => "no penalty",
    knob: null,
    threshold: relu,
  },
  l1: {
    schema: z.strictObject({ kind: z.literal("l1"), alpha }),
    title: (own) => `L1 ${own.alpha}`,
    knob: { title: "alpha of L1", with: (value) => ({ kind: "l1", alpha: value }) },
    threshold: relu,
  },
  hoyer: {
    schema: z.strictObject({ kind: z.literal("hoyer"), alpha }),
    title: () => "Hoyer",
    knob: { title: "alpha of Hoyer", with: (value) => ({ kind: "hoyer", alpha: value }) },
    threshold: relu,
  },
  fatrelu: {
    schema: z.strictObject({ kind: z.literal("fatrelu"), threshold: z.number().positive() }),
    title: () => "FATReLU",
    knob: { title: "threshold of FATReLU", with: (value) => ({ kind: "fatrelu", threshold: value }) },
    threshold: ({ threshold }) => threshold,
  },
};

/** The entry of a setting. */
export function sparsificationSpec<K extends Kind>({ kind }: Of<K>): SparsificationSpec<K> {
  return SPARSIFICATIONS[kind] as SparsificationSpec<K>;
}

/** Activations below this are 0 in a network trained so. */
export function thresholdOf(own: Sparsification): number {
  return sparsificationSpec(own).threshold(own);
}
