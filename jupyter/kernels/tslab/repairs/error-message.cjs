// The content of a Jupyter `error` message: ename, evalue and traceback, as the protocol has them.
"use strict";

const { format, inspect, types } = require("node:util");

/**
 * @param {import("./failures.cjs").CellFailures} cell
 * @returns {{ ename: string, evalue: string, traceback: string[] }} named after the first failure, with all in the traceback
 */
function errorMessage(cell) {
  const failures = [
    ...cell.reported.map(describe),
    ...cell.floating.map(({ reason }) => floating(describe([reason]))),
  ];
  const first = failures[0] ?? { ename: "Error", evalue: "the cell failed without saying why", text: "" };
  const text = failures.map((failure) => failure.text).join("\n");
  return { ename: first.ename, evalue: first.evalue, traceback: text.split("\n") };
}

/** tslab reports what a cell threw as the only argument, and each complaint of the compiler as a format with values. */
function describe(reported) {
  if (reported.length > 1) {
    const complaint = format(...reported);
    return { ename: "CompileError", evalue: complaint, text: `CompileError: ${complaint}` };
  }
  const [thrown] = reported;
  if (types.isNativeError(thrown)) {
    return { ename: thrown.name, evalue: thrown.message, text: withoutKernelFrames(inspect(thrown)) };
  }
  const evalue = typeof thrown === "string" ? thrown : inspect(thrown);
  return { ename: "Error", evalue, text: `Thrown: ${evalue}` };
}

function floating({ ename, evalue, text }) {
  return { ename, evalue, text: `Not awaited by its cell, and failed:\n${text}` };
}

/** Frames inside tslab and Node say nothing about the notebook. */
function withoutKernelFrames(stack) {
  const ours = /^\s+at .*([\\/]tslab[\\/]dist[\\/]|\(?node:|[\\/]kernels[\\/]tslab[\\/])/;
  const kept = [];
  for (const line of stack.split("\n")) {
    if (!ours.test(line)) kept.push(line);
    // The last frame also opens the list of the error's own properties.
    else if (line.endsWith(" {") && kept.length > 0) kept.push(`${kept.pop()} {`);
  }
  return kept.join("\n");
}

module.exports = { errorMessage };
