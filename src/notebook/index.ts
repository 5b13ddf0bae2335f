/** Output of a notebook cell: figures and tables in every form that a front end may want. */
export { emit, inKernel } from "./emit.js";
export { describeFigure, show } from "./show.js";
export { showTable } from "./show-table.js";
