import { createRequire } from "node:module";

type Send = (message: { data: object; metadata: object; transient: object }, update: boolean) => void;

export interface EmitOptions {
  /** Name of the output, unique in the notebook's session, under which it can be replaced. */
  readonly id?: string;
  /** Replace the output of that name instead of adding one. */
  readonly replace?: boolean;
}

/**
 * Sends one output in several forms (MIME type to content) to the cell that runs; a front end shows the richest it can.
 *
 * @returns false outside a tslab kernel, where there is nowhere to send it
 */
export function emit(
  data: Readonly<Record<string, unknown>>,
  { id, replace = false }: EmitOptions = {},
): boolean {
  const send = sender();
  if (!send) return false;
  send({ data, metadata: {}, transient: id === undefined ? {} : { display_id: id } }, replace);
  return true;
}

/** Whether this runs in a cell of a tslab kernel. */
export function inKernel(): boolean {
  return sender() !== undefined;
}

/**
 * tslab's public display functions send one MIME type each, so this reaches for the sender behind them: the module is
 * found among those loaded, since a kernel may have been started from another tslab than the one installed here.
 */
function sender(): Send | undefined {
  const loaded = Object.values(createRequire(import.meta.url).cache);
  const jupyter = loaded.find((module) =>
    /[\\/]tslab[\\/]dist[\\/]jupyter\.js$/.test(module?.filename ?? ""),
  );
  return (
    (jupyter?.exports as { lastWriteDisplayData?: Send | null } | undefined)?.lastWriteDisplayData ??
    undefined
  );
}
