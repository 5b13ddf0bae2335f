import { SPARSIFICATIONS, type Sparsification } from "../../tensors/sparsity/table.js";
import { type ArmClipRule, CLIP_RULES } from "../../training/clip-rules.js";
import { GRADIENT_RULES, type GradientRule } from "../../training/gradients/rules.js";

/** The settings of an arm that can have a number. */
interface Settings {
  readonly sparsification: Sparsification;
  readonly range: ArmClipRule;
  readonly gradient: GradientRule;
}

/** The one number of an arm that a stage of a selection varies. */
export interface KnobSpec {
  /** In words, such as `"alpha of L1"`. */
  readonly title: string;
  /** The settings of an arm with this value. */
  readonly change: (value: number) => Partial<Settings>;
  /** Whether an arm is nearer to its base the smaller the value is; for a clip in standard deviations, the larger. */
  readonly isGentlerBelow: boolean;
}

/** A table of settings, of which some have a number. */
type Table<Setting> = Readonly<
  Record<
    string,
    {
      readonly knob: {
        readonly title: string;
        readonly with: (value: number) => Setting;
        readonly isGentlerAbove?: true;
      } | null;
    }
  >
>;

function knobsOf<Key extends keyof Settings>(key: Key, table: Table<Settings[Key]>): [string, KnobSpec][] {
  return Object.entries(table).flatMap(([name, { knob }]): [string, KnobSpec][] => {
    if (!knob) return [];
    const { title, with: of, isGentlerAbove = false } = knob;
    return [[name, { title, change: (value) => ({ [key]: of(value) }), isGentlerBelow: !isGentlerAbove }]];
  });
}

/** Every knob, by the kind of sparsification, clip rule or gradient rule that has it. */
export const KNOBS: ReadonlyMap<string, KnobSpec> = new Map([
  ...knobsOf("sparsification", SPARSIFICATIONS),
  ...knobsOf("range", CLIP_RULES as unknown as Table<ArmClipRule>),
  ...knobsOf("gradient", GRADIENT_RULES),
]);

/** The numbers of an arm that a selection could vary, by the titles of their knobs. */
export function numbersOf(arm: Omit<Settings, "range"> & Partial<Settings>): ReadonlyMap<string, number> {
  const names = [arm.sparsification.kind, arm.range?.rule, arm.gradient.rule];
  return new Map(
    names.flatMap((name): [string, number][] => {
      const knob = KNOBS.get(name ?? "");
      if (!knob) return [];
      const [[setting, varied]] = Object.entries(knob.change(Number.NaN)) as [[keyof Settings, object]];
      const key = Object.entries(varied).find(([, value]) => Number.isNaN(value))![0];
      return [[knob.title, (arm[setting] as unknown as Record<string, number>)[key]!]];
    }),
  );
}

/** A knob by its name. @throws RangeError that lists what there is */
export function knobNamed(name: string): KnobSpec {
  const found = KNOBS.get(name);
  if (found) return found;
  throw new RangeError(`a selection can vary ${[...KNOBS.keys()].join(", ")}, got ${name}`);
}
