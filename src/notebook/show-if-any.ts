import type { Figure } from "../exhibits/forms/figure.js";
import type { Table } from "../exhibits/forms/table.js";
import { show } from "./show.js";
import { showTable } from "./show-table.js";

/**
 * Shows a figure or a table, or says that the results have nothing for it: no traces or no rows.
 * @param what it would show, such as `"controls"`
 */
export async function showIfAny(exhibit: Figure | Table, what: string): Promise<void> {
  const isFigure = "data" in exhibit;
  if ((isFigure ? exhibit.data : exhibit.rows).length === 0) console.log(`These results have no ${what}.`);
  else if (isFigure) await show(exhibit);
  else showTable(exhibit);
}
