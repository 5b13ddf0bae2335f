import type { Results } from "../experiments/results/rows.js";
import { changesOf, networkTitle } from "../experiments/study/arm-titles.js";
import { armsOfGroup } from "../experiments/study/arms.js";
import type { ArmPair } from "../experiments/study/judgement.js";
/** One choice of a study made otherwise: which arms stand in for those of the claims. */
export interface Ablation {
  /** Such as `"observed ranges"`, `"W2A2"`, or the name of another sparsity. */
  readonly title: string;
  /** Whether the sparsity is another: then arms without sparsification stay as they are. */
  readonly ofSparsity: boolean;
  /** By id of a main arm, the id of the arm in its place. */
  readonly arms: ReadonlyMap<string, string>;
}

/** The ablations of a study that have a network: arms with the same change from their base arms belong together. Other sparsities are the last of them. */
export function ablationsOf({ study, judgement, presentation, networks }: Results): Ablation[] {
  const found = new Map<string, Ablation & { readonly arms: Map<string, string> }>();
  const add = (ablation: Omit<Ablation, "arms">, base: string, id: string) => {
    const own = found.get(ablation.title) ?? { ...ablation, arms: new Map() };
    own.arms.set(base, id);
    found.set(ablation.title, own);
  };
  const settings = (id: string) => study.arms.find((arm) => arm.id === id);
  const sparsityOf = (id: string) => JSON.stringify(settings(id)?.sparsification);
  const titled = { ...study, presentation };
  for (const arm of armsOfGroup(study, "ablation")) {
    const ofSparsity = sparsityOf(arm.id) !== sparsityOf(arm.base!);
    const title = ofSparsity ? networkTitle(arm, titled) : changesOf(arm, study.bits).join(", ");
    add({ title, ofSparsity }, arm.base!, arm.id);
  }
  for (const { arms } of judgement.substitutions ?? [])
    for (const [base, id] of Object.entries(arms)) {
      const arm = settings(id);
      if (arm) add({ title: networkTitle(arm, titled), ofSparsity: true }, base, id);
    }
  const trained = new Set(networks.map(({ arm }) => arm));
  const begun = [...found.values()].filter((ablation) =>
    [...ablation.arms.values()].some((id) => trained.has(id)),
  );
  return begun.sort((a, b) => Number(a.ofSparsity) - Number(b.ofSparsity));
}

/** The arms that a claim compares under an ablation; undefined where it changes neither, or lacks one that it should. */
export function ablated(
  { study }: Pick<Results, "study">,
  { arms, ofSparsity }: Ablation,
  { better, worse }: ArmPair,
): ArmPair | undefined {
  const isDense = (id: string) => study.arms.find((arm) => arm.id === id)?.sparsification.kind === "none";
  const inPlaceOf = (id: string) => arms.get(id) ?? (ofSparsity && isDense(id) ? id : undefined);
  const pair = { better: inPlaceOf(better), worse: inPlaceOf(worse) };
  if (pair.better === undefined || pair.worse === undefined) return undefined;
  const isSame = pair.better === better && pair.worse === worse;
  return isSame ? undefined : { better: pair.better, worse: pair.worse };
}

/** The arm of the claims in whose place other sparsities stand; undefined where a study has none. */
export function replacedBySparsity(results: Results): string | undefined {
  const { arms } = ablationsOf(results).find(({ ofSparsity }) => ofSparsity) ?? {};
  return arms && [...arms.keys()][0];
}
