/** What a notebook's cells need: figures and tables in every form that a front end may want, progress, interrupts. */
export { cellSignal } from "./cell-signal.js";
export { type EmitOptions, emit, inKernel } from "./emit.js";
export { show } from "./show.js";
export { showIfAny } from "./show-if-any.js";
export { showProgress } from "./show-progress.js";
export { showTable } from "./show-table.js";
export { showText } from "./show-text.js";
export { type StudyResults, studyResults } from "./study-results.js";
