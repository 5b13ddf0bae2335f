import type { Stream } from "../../base/random/stream.js";
import type { Vector } from "./layers.js";

/** u'v. */
export function dot(u: Vector, v: Vector): number {
  let sum = 0;
  for (let i = 0; i < u.length; i++) sum += u[i]! * v[i]!;
  return sum;
}

/** ||v||_2. */
export function norm(v: Vector): number {
  return Math.sqrt(dot(v, v));
}

/** u + factor v. */
export function plus(u: Vector, v: Vector, factor = 1): Vector {
  return u.map((x, i) => x + factor * v[i]!);
}

/** factor v. */
export function times(v: Vector, factor: number): Vector {
  return v.map((x) => factor * x);
}

/** The vector of this direction and length; 0 if it has no direction. */
export function ofLength(v: Vector, length: number): Vector {
  const own = norm(v);
  return times(v, own === 0 ? 0 : length / own);
}

/** Independent random signs, each +1 or -1. */
export function randomSigns(size: number, draws: Stream): Vector {
  return Float64Array.from({ length: size }, () => (draws.uniform() < 0.5 ? -1 : 1));
}

/** Independent standard normal numbers. */
export function randomNormals(size: number, draws: Stream): Vector {
  return Float64Array.from({ length: size }, () => draws.normal());
}

/** One vector of several, one after another. */
export function endToEnd(parts: readonly Vector[]): Vector {
  const all = new Float64Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
