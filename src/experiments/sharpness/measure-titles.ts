import { percentOf } from "../../base/percent.js";
import { faultTitle } from "../../faults/titles.js";

/** What a measure of sharpness is called in tables, such as `"average-case flatness, p = 1 %"`. */
export function measureTitle(id: string): string {
  const [kind, ...parts] = id.split(":");
  const of = parts.map(settingTitle).join(", ");
  switch (kind) {
    case "loss":
      return "loss";
    case "average":
      return `average-case flatness, ${withName("xi", of)}`;
    case "worst":
      return `worst-case flatness, ${withName("xi", of)}`;
    case "sam-step":
      return `SAM sharpness, one step, ${withName("rho", of)}`;
    case "sam-ascent":
      return `SAM sharpness, ascent, ${withName("rho", of)}`;
    case "asam-step":
      return `adaptive sharpness, one step, ${withName("rho", of)}`;
    case "asam-ascent":
      return `adaptive sharpness, ascent, ${withName("rho", of)}`;
    case "eigenvalue":
      return of === "1*norm^2" ? "top eigenvalue x squared norm" : `eigenvalue ${of}`;
    case "trace":
      return of === "" ? "trace" : `trace, ${of}`;
    case "trace*mean-square":
      return "trace x mean squared weight";
    case "faults":
      return `fault sharpness, ${faultTitle(parts[0]!)}, ${settingTitle(parts[1]!)}`;
    default:
      return id;
  }
}

/** Whether tables show a measure: not the layers, the lesser eigenvalues and the other rates of faults. */
export function isShown(id: string): boolean {
  return !/^(trace:.*|eigenvalue:[2-9]|faults:.*:p=(?!0\.01$).*|loss)$/.test(id);
}

function settingTitle(setting: string): string {
  const rate = /^p=(.*)$/.exec(setting)?.[1];
  return rate === undefined ? setting : `p = ${percentOf(Number(rate))} %`;
}

function withName(name: string, value: string): string {
  return value.startsWith("p = ") ? `radius of ${value}` : `${name} = ${value}`;
}
