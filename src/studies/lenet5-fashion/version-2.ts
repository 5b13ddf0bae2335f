import type { Claim, Judgement } from "../../experiments/study/judgement.js";
import type { Arm, Study } from "../../experiments/study/study.js";
import type { ArmClipRule } from "../../training/clip-rules.js";
import { claimArms, controlArms, highArms, type SelectedParameters } from "./arms.js";
import { judgement as published } from "./claims.js";

/*
 * What the published version left open (docs/protocol.md section 8): the claims on ten seeds in place of five, and the
 * comparisons that tell what the verdicts hang on. Planned with the test results of version 1 in sight, so only the five new
 * seeds are new evidence on the claims.
 */

/** Seeds of everything but the arms of the claims. */
const FIVE = 5;

const DEVIATIONS: ArmClipRule = { rule: "deviations", tau: 1 };
const FROZEN: ArmClipRule = { rule: "frozen", of: "standard" };

/** The arms of version 1 that version 2 judges again or compares with, and the new ones. */
function arms(selected: SelectedParameters): readonly Arm[] {
  const claims = claimArms(selected);
  const high = highArms(selected).map((arm) => ({ ...arm, seeds: FIVE }));
  const compared = ["standard-frozen", "standard-saq-frozen", "clipped", "hoyer", "fatrelu"];
  const controls = controlArms(selected).filter(({ id }) => compared.includes(id));
  const main = new Map([...claims, ...high].map((arm) => [arm.id, arm]));
  const control = (id: string, base: string, change: Partial<Arm>): Arm => {
    const found = [...main.values(), ...controls].find((arm) => arm.id === base)!;
    return { ...found, group: "control", base: found.base ?? base, ...change, id };
  };
  const saq = (rho: number) => ({ gradient: { rule: "saq", rho } as const });
  const added = [
    control("clipped-saq", "standard-saq", { range: DEVIATIONS }),
    control("as-clipped", "as", { range: DEVIATIONS }),
    control("as-clipped-saq", "as-saq", { range: DEVIATIONS }),
    control("as-high-clipped", "as-high", { range: DEVIATIONS }),
    control("as-high-clipped-saq", "as-high-saq", { range: DEVIATIONS }),
    control("as-frozen", "as", { range: FROZEN }),
    control("as-high-frozen", "as-high", { range: FROZEN }),
    control("hoyer-saq", "hoyer", saq(selected.asHighSaq)),
    control("fatrelu-saq", "fatrelu", saq(selected.asHighSaq)),
    control("standard-saq-0p2", "standard-saq", saq(selected.asSaq)),
    control("as-saq-0p4", "as-saq", saq(selected.standardSaq)),
  ];
  return [...main.values(), ...[...controls, ...added].map((arm) => ({ ...arm, seeds: FIVE }))];
}

const secondary = { paper: null } as const;
const variant = { ...secondary, variant: true } as const;

const narrow = "with weight clips at one standard deviation, ";
const frozen = "with the weight clips of the standard network, ";
const lessAccurate = "activation-sparse networks are less accurate under faults than standard ones";
const moreAccurate = (which: string) =>
  `SAQ makes ${which} networks more accurate under faults than conventional training`;

/** Secondary: each answers one question of section 8 and is judged by the same rule. */
const QUESTIONS: readonly Claim[] = [
  { id: "N1", statement: narrow + lessAccurate, better: "clipped", worse: "as-clipped", ...secondary },
  { id: "N1", statement: narrow + lessAccurate, better: "clipped", worse: "as-high-clipped", ...variant },
  {
    id: "N2a",
    statement: narrow + moreAccurate("activation-sparse"),
    better: "as-clipped-saq",
    worse: "as-clipped",
    ...secondary,
  },
  {
    id: "N2a",
    statement: narrow + moreAccurate("activation-sparse"),
    better: "as-high-clipped-saq",
    worse: "as-high-clipped",
    ...variant,
  },
  {
    id: "N2b",
    statement: narrow + moreAccurate("standard"),
    better: "clipped-saq",
    worse: "clipped",
    ...secondary,
  },
  {
    id: "N3",
    statement: frozen + lessAccurate,
    better: "standard-frozen",
    worse: "as-frozen",
    ...secondary,
  },
  {
    id: "N3",
    statement: frozen + lessAccurate,
    better: "standard-frozen",
    worse: "as-high-frozen",
    ...variant,
  },
  {
    id: "N4a",
    statement: moreAccurate("FATReLU-sparse"),
    better: "fatrelu-saq",
    worse: "fatrelu",
    ...secondary,
  },
  { id: "N4b", statement: moreAccurate("Hoyer-sparse"), better: "hoyer-saq", worse: "hoyer", ...secondary },
  {
    id: "N5a",
    statement: `at twice the selected radius, ${moreAccurate("activation-sparse")}`,
    better: "as-saq-0p4",
    worse: "as",
    ...secondary,
  },
  {
    id: "N5b",
    statement: `at half the selected radius, ${moreAccurate("standard")}`,
    better: "standard-saq-0p2",
    worse: "standard",
    ...secondary,
  },
  {
    id: "N6",
    statement: `trained with SAQ at the radius 0.4, ${lessAccurate}`,
    better: "standard-saq",
    worse: "as-saq-0p4",
    ...secondary,
  },
  {
    id: "N7",
    statement: `trained with SAQ at the radius 0.2, ${lessAccurate}`,
    better: "standard-saq-0p2",
    worse: "as-saq",
    ...secondary,
  },
];

/** Primary: the claims as version 1 judges them, now on ten seeds. */
const judgement: Judgement = { ...published, claims: [...published.claims, ...QUESTIONS] };

/** Version 2 of the study, to be checked: its frozen settings are those of version 1 but for arms, seeds and claims. */
export function versionTwo({ extras: _, ...first }: Study, selected: SelectedParameters): Study {
  return {
    ...first,
    profile: "version-2",
    version: 2,
    continues: 1,
    seeds: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    arms: arms(selected),
    judgement,
  };
}
