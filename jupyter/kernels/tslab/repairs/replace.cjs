"use strict";

/**
 * Replaces exports of a loaded CommonJS module for everyone who requires it from now on. Assigning to the
 * module's own exports does not do: bundled modules define them as read-only getters.
 *
 * @param {NodeJS.Require} from `require` of a file that resolves `id` as the consumers do
 * @param {string} id
 * @param {(exports: any) => Record<string, unknown>} changes
 */
function replaceExports(from, id, changes) {
  const original = from(id);
  require.cache[from.resolve(id)].exports = { ...original, ...changes(original) };
}

module.exports = { replaceExports };
