import { fileURLToPath } from "node:url";

/** The root of this package, the same seen from src/ and from dist/. */
export const ROOT = fileURLToPath(new URL("../..", import.meta.url));
