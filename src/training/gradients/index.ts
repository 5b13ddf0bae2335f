export type { Point } from "../../networks/parameters.js";
export type { LossGradient, PointGradient } from "./gradient.js";
export { conventionalGradient, faultAwareGradient, sharpnessAwareGradient } from "./gradient.js";
export type { Perturbation, PerturbationRule } from "./perturbation.js";
export { norm } from "./perturbation.js";
