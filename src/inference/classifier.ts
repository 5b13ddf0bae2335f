import type { Codes } from "./deploy.js";

/** Codes in, predicted classes out, one per image: all that a fault campaign asks of an engine. */
export interface Classifier {
  classify(codes: Codes): Uint8Array;
  dispose(): void;
}
