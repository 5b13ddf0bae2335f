/* The other programs, each in a process and a Python environment of its own. */
import { fileURLToPath } from "node:url";
import { jupyterPython } from "../scripts/jupyter.mjs";
import { startProcess } from "./process.mjs";

/** By package: what it needs, and the ways to use it. */
const PACKAGES = {
  pytorch: {
    effort: "2 to 10 minutes, 6 GB, most of it for graphics processors that PyTorch asks for",
    peers: [
      { title: "PyTorch eager", file: "eager.py", trains: true },
      { title: "torch.compile", file: "compiled.py", trains: true },
    ],
  },
  onnxruntime: {
    effort: "15 s, 250 MB",
    peers: [
      { title: "ONNX Runtime float", file: "with_onnxruntime.py", args: ["float"] },
      { title: "ONNX Runtime int8", file: "with_onnxruntime.py", args: ["int8"] },
    ],
  },
  openvino: {
    effort: "15 s, 350 MB",
    peers: [
      { title: "OpenVINO float", file: "with_openvino.py", args: ["float"] },
      { title: "OpenVINO int8", file: "with_openvino.py", args: ["int8"] },
    ],
  },
};

/** Which packages an option names, separated by commas; all of them for "all". */
export function packagesOf(option) {
  const names = option === "all" ? Object.keys(PACKAGES) : option.split(",");
  for (const name of names)
    if (!Object.hasOwn(PACKAGES, name))
      throw new Error(`--peer must be some of ${Object.keys(PACKAGES).join(", ")}, got ${name}`);
  return names;
}

/** Starts every peer of some packages, and says what versions they are. */
export async function startPeers(packages, { isLoud }) {
  const peers = [];
  for (const name of packages) {
    const { effort, peers: own } = PACKAGES[name];
    const python = await jupyterPython(`../bench/peers/${name}.txt`, "the benchmark's peers", effort);
    for (const { title, file, args = [], trains = false } of own) {
      const script = fileURLToPath(new URL(`peers/${file}`, import.meta.url));
      const started = startProcess(title, python, ["-B", script, ...args], { isLoud });
      const { version } = await started.ask({ hello: true });
      peers.push({ ...started, version: version.split(/[-+]/)[0], package: name, trains });
    }
  }
  return peers;
}
