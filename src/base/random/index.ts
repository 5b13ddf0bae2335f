export { type Stream, stream } from "./stream.js";
