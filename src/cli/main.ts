#!/usr/bin/env node
import { messageOf, UserError } from "../base/errors.js";
import { endWithReader } from "./interrupts.js";
import { program } from "./program.js";

// a parent that runs this as one of its tasks is gone: its child has nobody to report to
const orphaned = () => process.exit(130);
if (process.send) process.on("disconnect", orphaned);

endWithReader();

// Node ends with this code, and says nothing of use, where what is waited for never comes
const unsettled = (code: number) => {
  if (code !== 13) return;
  process.stderr.write(
    "flatenn: the command ended before it was done: something that it waited for never came\n",
  );
  process.exitCode = 70;
};
process.once("exit", unsettled);

try {
  await program().parseAsync();
} catch (error) {
  const verbose = process.argv.includes("--verbose");
  console.error(verbose && error instanceof Error ? error.stack : `flatenn: ${messageOf(error)}`);
  const fromSystem = error instanceof Error && "syscall" in error;
  if (fromSystem)
    console.error(
      "The system refused this: check the path, its permissions and the space left, or choose another with --out.",
    );
  else if (!verbose && !(error instanceof UserError))
    console.error("This is a defect; --verbose shows where.");
  process.exitCode = fromSystem || error instanceof UserError ? 1 : 70;
}
process.off("exit", unsettled);
// an open connection to the parent would keep the process alive
process.off("disconnect", orphaned);
if (process.connected) process.disconnect();
