#!/usr/bin/env node
import { UserError } from "../base/errors.js";
import { endWithReader } from "./interrupts.js";
import { program } from "./program.js";

// a parent that runs this as one of its tasks is gone: its child has nobody to report to
const orphaned = () => process.exit(130);
if (process.send) process.on("disconnect", orphaned);

endWithReader();
try {
  await program().parseAsync();
} catch (error) {
  const verbose = process.argv.includes("--verbose");
  const message = error instanceof Error ? error.message : String(error);
  console.error(verbose && error instanceof Error ? error.stack : `flatenn: ${message}`);
  const fromSystem = error instanceof Error && "syscall" in error;
  if (fromSystem)
    console.error(
      "The system refused this: check the path, its permissions and the space left, or choose another with --out.",
    );
  else if (!verbose && !(error instanceof UserError))
    console.error("This is a defect; --verbose shows where.");
  process.exitCode = fromSystem || error instanceof UserError ? 1 : 70;
}
// an open connection to the parent would keep the process alive
process.off("disconnect", orphaned);
if (process.connected) process.disconnect();
