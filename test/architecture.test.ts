import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** The floors of the house, from the ground up (docs/architecture.md): a room imports from rooms before it only. */
const FLOORS = [
  ...[
    "base",
    "quantization",
    "faults",
    "statistics",
    "networks",
    "sparsity",
    "datasets",
    "tensors",
    "inference",
  ],
  ...[
    "importing",
    "training",
    "experiments",
    "analysis",
    "exhibits",
    "publishing",
    "studies",
    "cli",
    "notebook",
    "api",
  ],
];

interface Import {
  readonly from: string;
  readonly to: string;
  /** Where it stands, as `file:line`. */
  readonly at: string;
}

/** Every import of one source file by another; those of the kernels' own language are none. */
function importsOf(root: string): Import[] {
  const files = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" })
    .map((path) => posix.join("src", path.replaceAll("\\", "/")))
    .filter((path) => path.endsWith(".ts") && !path.includes("/assembly/"));
  return files.flatMap((from) => {
    const text = readFileSync(join(root, from), "utf8");
    const found = [...text.matchAll(/(?:\bfrom|\bimport\(|^import)\s*"(\.[^"]+)"/gm)];
    return found.map(({ 1: specifier, index }) => {
      const to = posix.normalize(posix.join(dirname(from), specifier!)).replace(/\.js$/, ".ts");
      const line = text.slice(0, index).split("\n").length;
      return { from, to, at: `${from}:${line}` };
    });
  });
}

/** The chain of a circle in a graph, or undefined. */
function circleIn(edges: ReadonlyMap<string, ReadonlySet<string>>): readonly string[] | undefined {
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (node: string): readonly string[] | undefined => {
    const before = path.indexOf(node);
    if (before >= 0) return [...path.slice(before), node];
    if (done.has(node)) return undefined;
    path.push(node);
    for (const next of edges.get(node) ?? []) {
      const circle = visit(next);
      if (circle) return circle;
    }
    path.pop();
    done.add(node);
    return undefined;
  };
  for (const node of edges.keys()) {
    const circle = visit(node);
    if (circle) return circle;
  }
  return undefined;
}

function graph(imports: readonly Import[], nodeOf: (path: string) => string) {
  const edges = new Map<string, Set<string>>();
  for (const { from, to } of imports) {
    const [a, b] = [nodeOf(from), nodeOf(to)];
    if (a !== b) edges.set(a, (edges.get(a) ?? new Set()).add(b));
  }
  return edges;
}

describe("the house", () => {
  const imports = importsOf(ROOT);
  const roomOf = (path: string) => path.split("/")[1]!;
  const inRooms = imports.filter(({ from, to }) => ![from, to].some((path) => roomOf(path).endsWith(".ts")));

  it("is read whole: every import leads to a file, every room has its floor", () => {
    expect(imports.length).toBeGreaterThan(500);
    expect(
      imports.filter(({ to }) => !existsSync(join(ROOT, to))).map(({ at, to }) => `${at} ${to}`),
    ).toEqual([]);
    const rooms = readdirSync(join(ROOT, "src")).filter((name) => !name.endsWith(".ts"));
    expect(rooms.sort()).toEqual([...FLOORS].sort());
  });

  it("a room imports from those below it only", () => {
    const wrong = inRooms.filter(
      ({ from, to }) =>
        roomOf(from) !== roomOf(to) && FLOORS.indexOf(roomOf(to)) >= FLOORS.indexOf(roomOf(from)),
    );
    expect(wrong.map(({ at, to }) => `${at} imports ${to}, from a room that is not below it`)).toEqual([]);
  });

  it("there is no circle of files, nor of folders", () => {
    expect(circleIn(graph(imports, (path) => path))).toBeUndefined();
    expect(circleIn(graph(inRooms, (path) => dirname(path)))).toBeUndefined();
  });
});
