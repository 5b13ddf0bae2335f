/*
 * This project in a process of its own: takes the name of a case, and then runs it when it is told to. With the argument
 * `full`, TensorFlow has all of the processor's instructions, and not those only that studies are trained with.
 */
import { createInterface } from "node:readline";
import { inference, loadBackend } from "../dist/index.js";
import { cases } from "./cases.mjs";

const { tensorflow } = await loadBackend();
// TensorFlow's library reads it when it first computes.
if (process.argv[2] === "full") delete process.env["ONEDNN_MAX_CPU_ISA"];
const all = cases();
let run;
for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  let answer;
  if (request.hello) answer = { node: process.version, tensorflow, engine: inference.engineTitle() };
  else if (request.name !== undefined) {
    run = all.find(({ name }) => name === request.name).ours(request);
    answer = { result: run(request.repeats).result };
  } else answer = run(request.repeats).ms;
  console.log(JSON.stringify(answer));
}
