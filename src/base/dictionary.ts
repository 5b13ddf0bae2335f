/** An empty dictionary, in which every text is a name: `constructor` and `__proto__`, which all other objects have, too. */
export function dictionary<T>(): Record<string, T> {
  return Object.create(null) as Record<string, T>;
}
