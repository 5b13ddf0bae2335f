import type { Results } from "../experiments/results/rows.js";
import { armTitles, changesOf, networkTitle } from "../experiments/study/arm-titles.js";
import type { ArmPair } from "./paired-differences.js";

/** One choice of a study made otherwise: which arms stand in for those of the claims. */
export interface Ablation {
  /** Such as `"observed ranges"`, `"W2A2"`, or `"AS-middle"` for another sparsity. */
  readonly title: string;
  /** Whether the sparsity is another: then arms without sparsification stay as they are. */
  readonly ofSparsity: boolean;
  /** By id of a main arm, the id of the arm in its place. */
  readonly arms: ReadonlyMap<string, string>;
}

/** The ablations of a study that have a network: arms with the same change from their base arms belong together. AS-high is the last of them. */
export function ablationsOf(results: Results): Ablation[] {
  const { settings = [], bits, arms } = results;
  const found = new Map<string, Ablation & { readonly arms: Map<string, string> }>();
  const add = (ablation: Omit<Ablation, "arms">, base: string, id: string) => {
    const own = found.get(ablation.title) ?? { ...ablation, arms: new Map() };
    own.arms.set(base, id);
    found.set(ablation.title, own);
  };
  const titles = armTitles({ arms: settings, bits });
  const sparsityOf = (id: string) => JSON.stringify(settings.find((arm) => arm.id === id)?.sparsification);
  for (const arm of settings) {
    if (arm.group !== "ablation") continue;
    const ofSparsity = sparsityOf(arm.id) !== sparsityOf(arm.base!);
    const title = ofSparsity ? networkTitle(arm, settings) : changesOf(arm, bits).join(", ");
    add({ title, ofSparsity }, arm.base!, arm.id);
  }
  for (const base of ["as", "as-saq"]) {
    const id = base.replace("as", "as-high");
    if (arms.includes(id)) add({ title: titles.get("as-high") ?? "as-high", ofSparsity: true }, base, id);
  }
  const trained = new Set(results.networks.map(({ arm }) => arm));
  const begun = [...found.values()].filter((ablation) =>
    [...ablation.arms.values()].some((id) => trained.has(id)),
  );
  return begun.sort((a, b) => Number(a.ofSparsity) - Number(b.ofSparsity));
}

/** The arms that a claim compares under an ablation; undefined where it changes neither, or lacks one that it should. */
export function ablated({ arms, ofSparsity }: Ablation, { better, worse }: ArmPair): ArmPair | undefined {
  const inPlaceOf = (id: string) => arms.get(id) ?? (ofSparsity && !id.startsWith("as") ? id : undefined);
  const pair = { better: inPlaceOf(better), worse: inPlaceOf(worse) };
  if (pair.better === undefined || pair.worse === undefined) return undefined;
  const isSame = pair.better === better && pair.worse === worse;
  return isSame ? undefined : { better: pair.better, worse: pair.worse };
}
