/** The rules of selection on validation images (docs/protocol.md section 5), as pure functions of what was measured. */

/** What one value of a grid gave, as means over the seeds; all accuracies and shares are fractions. */
export interface TriedValue {
  readonly value: number;
  /** A seed's training failed: the value cannot be chosen, and its means are NaN. */
  readonly failed: boolean;
  /** Accuracy without faults. */
  readonly clean: number;
  /** Share of zero codes. */
  readonly sparsity: number;
  /** Mean accuracy under faults. */
  readonly underFaults: number;
}

/** What a rule makes of the values tried so far. */
export interface Decision {
  /** The best of them; null if none will do. */
  readonly best: number | null;
  /** A value to try before that is final; null if it is. */
  readonly next: number | null;
  /** The reason, in a phrase. */
  readonly why: string;
}

interface CleanRule {
  /** Clean accuracy of the base arm, and how much less will do. */
  readonly reference: number;
  readonly tolerance: number;
  /** By which the grid goes on beyond its ends. */
  readonly factor: number;
}

/** Means of counts over seeds are not exact, and a drop of just the tolerance is allowed. */
const ROUNDING = 1e-9;

/**
 * The largest value within the tolerance of the reference's clean accuracy.
 * @param tried at least one value, ascending
 */
export function chooseAlpha(tried: readonly TriedValue[], rule: CleanRule): Decision {
  const allowed = tried.filter((each) => keepsAccuracy(each, rule));
  const best = allowed.at(-1);
  if (!best)
    return { best: null, next: below(tried, rule.factor), why: "every value costs too much clean accuracy" };
  if (best === tried.at(-1))
    return {
      best: best.value,
      next: above(tried, rule.factor),
      why: "the largest value tried is still allowed",
    };
  return { best: best.value, next: null, why: "the largest value within the tolerance" };
}

/**
 * The value of highest mean accuracy under faults among those within the tolerance of the reference's clean accuracy; of
 * equal ones the gentlest.
 * @param tried at least one value, ascending
 * @param gentlerBelow whether small values are the gentle ones
 */
export function chooseRho(
  tried: readonly TriedValue[],
  rule: CleanRule & { readonly gentlerBelow: boolean },
): Decision {
  const allowed = tried.filter((each) => keepsAccuracy(each, rule));
  if (!rule.gentlerBelow) allowed.reverse();
  const outwards = rule.gentlerBelow ? below(tried, rule.factor) : above(tried, rule.factor);
  const [first, ...others] = allowed;
  if (!first) return { best: null, next: outwards, why: "every value costs too much clean accuracy" };
  const best = others.reduce((found, each) => (each.underFaults > found.underFaults ? each : found), first);
  const atEnd = "the best value is at an end of the grid";
  if (best === tried[0]) return { best: best.value, next: below(tried, rule.factor), why: atEnd };
  if (best === tried.at(-1)) return { best: best.value, next: above(tried, rule.factor), why: atEnd };
  return { best: best.value, next: null, why: "the highest accuracy under faults within the tolerance" };
}

/**
 * The value whose sparsity is nearest to the target and within its tolerance; of equally near ones the smallest. Between
 * two values on either side of the target it goes on with their geometric mean.
 * @param tried at least one value, ascending; sparsity grows with the value
 */
export function chooseSparsity(
  tried: readonly TriedValue[],
  { target, within, factor }: { readonly target: number; readonly within: number; readonly factor: number },
): Decision {
  const alive = tried.filter(({ failed }) => !failed);
  const distance = ({ sparsity }: TriedValue) => Math.abs(sparsity - target);
  const [first, ...others] = alive;
  if (!first) return { best: null, next: below(tried, factor), why: "the training failed at every value" };
  const nearest = others.reduce((found, each) => (distance(each) < distance(found) ? each : found), first);
  if (distance(nearest) <= within + ROUNDING) {
    const end = endOf(tried, nearest, factor);
    const why =
      end === null ? "the sparsity nearest to the target" : "the nearest value is at an end of the grid";
    return { best: nearest.value, next: end, why };
  }
  const why = "no value reaches the target sparsity";
  const over = tried.findIndex((each) => each.failed || each.sparsity > target);
  if (over === 0) return { best: null, next: below(tried, factor), why };
  if (over < 0) return { best: null, next: above(tried, factor), why };
  const middle = round(Math.sqrt(tried[over - 1]!.value * tried[over]!.value));
  return { best: null, next: tried.some(({ value }) => value === middle) ? null : middle, why };
}

function keepsAccuracy({ failed, clean }: TriedValue, { reference, tolerance }: CleanRule): boolean {
  return !failed && reference - clean <= tolerance + ROUNDING;
}

/** The value beyond the end at which a value stands; null if it stands at none. */
function endOf(tried: readonly TriedValue[], value: TriedValue, factor: number): number | null {
  if (value === tried[0]) return below(tried, factor);
  return value === tried.at(-1) ? above(tried, factor) : null;
}

function below(tried: readonly TriedValue[], factor: number): number {
  return round(tried[0]!.value / factor);
}

function above(tried: readonly TriedValue[], factor: number): number {
  return round(tried.at(-1)!.value * factor);
}

/** To three significant digits, so that values can be read and written. */
function round(value: number): number {
  return Number(value.toPrecision(3));
}
