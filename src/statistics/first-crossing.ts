/** So many halvings leave nothing of a distance between two numbers. */
const HALVINGS = 60;

/**
 * The smallest x, from the first of `nodes` on, at which a function reaches a level: between the first node at which it has and
 * the one before it, by bisection. The function is taken to be continuous, and to cross once between two nodes.
 * @param nodes ascending, at least one
 * @returns Infinity where no node has reached the level
 */
export function firstCrossing(nodes: readonly number[], level: number, f: (x: number) => number): number {
  const last = nodes.findIndex((x) => f(x) >= level);
  if (last <= 0) return last === 0 ? nodes[0]! : Infinity;
  let [below, reached] = [nodes[last - 1]!, nodes[last]!];
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (below + reached) / 2;
    if (f(middle) >= level) reached = middle;
    else below = middle;
  }
  return reached;
}
