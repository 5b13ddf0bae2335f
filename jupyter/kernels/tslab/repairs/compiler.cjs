// tslab checks cells loosely (no strict mode, no tsconfig) and resolves packages as Node 10 did, so a package
// that has only `exports` in its package.json is "not found". Cells are to be checked as the project's code is.
// It also rewrites every use of an earlier cell's variable but the shorthand `{ name }`, which then is "not defined".
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
      createWatchCompilerHost: (files, options, system, _, ...rest) =>
        ts.createWatchCompilerHost(
          files,
          { ...options, ...strictOptions(ts) },
          system,
          (...of) => withShorthandVariables(ts, ts.createEmitAndSemanticDiagnosticsBuilderProgram(...of)),
          ...rest,
        ),
      visitEachChild: (node, visitor, ...context) =>
        expandedShorthand(ts, node, visitor) ?? ts.visitEachChild(node, visitor, ...context),
    };
  });
  return version;
}

/** tslab asks which symbol an identifier is: in `{ name }` that is to be the variable, not the property. */
function withShorthandVariables(ts, builder) {
  const checker = builder.getProgram().getTypeChecker();
  const { getSymbolAtLocation } = checker;
  checker.getSymbolAtLocation = (node) =>
    isShorthandName(ts, node)
      ? checker.getShorthandAssignmentValueSymbol(node.parent)
      : getSymbolAtLocation.call(checker, node);
  return builder;
}

/** `{ name: other }` for `{ name }` where the visitor replaces the name by something else. */
function expandedShorthand(ts, node, visitor) {
  if (!node || !ts.isShorthandPropertyAssignment(node) || node.objectAssignmentInitializer) return undefined;
  const value = visitor(node.name);
  return value === node.name ? undefined : ts.factory.createPropertyAssignment(node.name, value);
}

function isShorthandName(ts, node) {
  return node.parent && ts.isShorthandPropertyAssignment(node.parent) && node.parent.name === node;
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
