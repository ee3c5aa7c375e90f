/** Hooks that let node resolve the modules of the editor, and read those of `web/client`. */

const CLIENT = new URL("../../../web/client/", import.meta.url).href;
const STAND_INS = new Map(
  ["api.js", "app.js"].map((name) => [`/scripts/${name}`, new URL(name, import.meta.url).href]),
);

/**
 * Return the stand-in for a module of the editor.
 *
 * @type {import("node:module").ResolveHook}
 */
export async function resolve(specifier, context, nextResolve) {
  for (const [ending, url] of STAND_INS) {
    if (specifier.endsWith(ending)) return { url, format: "module", shortCircuit: true };
  }
  return nextResolve(specifier, context);
}

/**
 * Read the client's files as modules: no package.json says so, the browser needs none.
 *
 * @type {import("node:module").LoadHook}
 */
export async function load(url, context, nextLoad) {
  return nextLoad(url, url.startsWith(CLIENT) ? { ...context, format: "module" } : context);
}
