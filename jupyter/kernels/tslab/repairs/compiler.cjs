// tslab checks cells loosely (no strict mode, no tsconfig) and resolves packages as Node 10 did, so a package
// that has only `exports` in its package.json is "not found". Cells are to be checked as the project's code is.
"use strict";

const { replaceExports } = require("./replace.cjs");

/**
 * @param {NodeJS.Require} tslab
 * @returns {string} the version of the compiler that checks the cells
 */
function useStrictCompiler(tslab) {
  let version = "";
  replaceExports(tslab, "@tslab/typescript-for-tslab", (ts) => {
    version = ts.version;
    return {
      createWatchCompilerHost: (files, options, ...rest) =>
        ts.createWatchCompilerHost(files, { ...options, ...strictOptions(ts) }, ...rest),
    };
  });
  return version;
}

function strictOptions(ts) {
  return {
    strict: true,
    // tslab drops "use strict" from its output so that cells can redeclare names; TypeScript refuses to
    // combine that with this member of the strict family.
    alwaysStrict: false,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    lib: ["lib.es2023.d.ts", "lib.dom.d.ts", "lib.dom.iterable.d.ts"],
    // Only Node's types are global: the default, every @types package, lets test globals into notebooks.
    types: ["node"],
  };
}

module.exports = { useStrictCompiler };
