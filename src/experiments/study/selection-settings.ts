/** One choice: a number is varied on a base arm, and a rule picks its value (docs/protocol.md section 5). */
export interface SelectionStage {
  /** Name of the choice; stages that build on it use it as their base. */
  readonly id: string;
  /** An arm of the study, or an earlier stage: the number is set on the arm which that stage chose. */
  readonly base: string;
  /** Name of the number, see `KNOBS`. */
  readonly varies: string;
  /** Values to begin with, ascending. */
  readonly grid: readonly number[];
  /** A grid whose end is selected goes on by this factor. */
  readonly factor: number;
  /**
   * - `clean`: the largest value that costs at most `tolerance` of clean accuracy
   * - `sparsity`: the value whose share of zero codes is nearest to the target and within its tolerance
   * - `faults`: the value with the highest mean accuracy under faults, among those that cost at most `tolerance`
   */
  readonly rule: "clean" | "sparsity" | "faults";
}

/** A whole selection. Its seeds, images, faults, rate and maps are those of the study that has it. */
export interface SelectionSettings {
  /** Clean accuracy that a value may cost against its base arm, a fraction. */
  readonly tolerance: number;
  /** Share of zero codes to reach. */
  readonly sparsity: { readonly target: number; readonly within: number };
  /** Values a stage may add to its grid, one after another. */
  readonly extensions: number;
  readonly stages: readonly SelectionStage[];
}
