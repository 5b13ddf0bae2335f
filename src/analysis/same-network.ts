import type { Arm } from "../experiments/study/study.js";

/** The main arm with a control's network and base trained with SAQ. */
export function sameNetworkWithSaq({ base, sparsification }: Arm, settings: readonly Arm[]): Arm | undefined {
  const network = JSON.stringify(sparsification);
  const of = settings.find(({ id }) => id === base);
  if (of === undefined || JSON.stringify(of.sparsification) !== network) return undefined;
  return settings.find(
    ({ group, gradient, sparsification }) =>
      group === undefined && gradient.rule === "saq" && JSON.stringify(sparsification) === network,
  );
}
