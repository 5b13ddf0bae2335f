// A Jupyter kernel for TypeScript: the installed tslab, unchanged on disk, with its failings mended in memory.
// Each file in repairs/ mends one of them and says what goes wrong without it.
//
// Jupyter finds this folder through JUPYTER_PATH=<repository>/jupyter. It needs nothing but an installed tslab
// beside the notebook, so the folder can be copied into another project as it is.
"use strict";

const { createRequire } = require("node:module");
const path = require("node:path");

const { useStrictCompiler } = require("./repairs/compiler.cjs");
const { FailureJournal } = require("./repairs/failures.cjs");
const { CellInterrupts } = require("./repairs/interrupts.cjs");
const { sendInOrder } = require("./repairs/transport.cjs");
const { reportExecution } = require("./repairs/execution.cjs");
const { endWithParent, endOnShutdown } = require("./repairs/ending.cjs");

const connectionFile = process.argv[2];
if (!connectionFile) {
  process.stderr.write("usage: kernel.cjs <connection file>; Jupyter starts this, see kernel.json\n");
  process.exit(2);
}

// `require` as tslab's own files see it: the modules to mend must be the very ones that tslab loads.
const tslab = createRequire(findTslab());
const journal = new FailureJournal();
const interrupts = new CellInterrupts();

const typescriptVersion = useStrictCompiler(tslab);
const transport = sendInOrder(tslab);
reportExecution(tslab, { journal, interrupts, transport, typescriptVersion });
endOnShutdown(tslab, { transport });

tslab("./main").startKernel({ configPath: path.resolve(connectionFile), enableFindLocal: false });

// After startKernel, since it registers listeners that print to the log and carry on; they are replaced.
journal.watchProcess();
endWithParent();

/** The entry file of the tslab that belongs to the notebook's project, else of the one beside this kernel. */
function findTslab() {
  try {
    return require.resolve("tslab/dist/main.js", { paths: [process.cwd(), __dirname] });
  } catch {
    process.stderr.write(
      `tslab is not installed: looked upwards from ${process.cwd()} and ${__dirname}. ` +
        "Run npm ci in the project that holds the notebook.\n",
    );
    process.exit(1);
  }
}
