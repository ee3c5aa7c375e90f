/** Choices of the list of jobs that ComfyUI keeps for each of its users, with its own settings. */

import { app } from "../../../scripts/app.js";

const VIEW = "AnimeProduction.JobsView";
const SAVED = "AnimeProduction.SavedFilters";
const MOST_SAVED = 100; // sets of filters; more can't be found in a list of names
export const LONGEST_NAME = 60; // characters of the name of a set of filters

/** Settings without a place in the editor's dialog; `extension.js` registers them. */
export const HIDDEN_SETTINGS = [
  { id: VIEW, name: "View of Anime Jobs", type: "hidden", defaultValue: {} },
  { id: SAVED, name: "Saved filters of Anime Jobs", type: "hidden", defaultValue: [] },
];

/**
 * @typedef {{order: string, isGrouped: boolean}} RememberedView order of the list, and true if its
 *   jobs are grouped by shot
 *
 * @typedef {{name: string, filters: Record<string, string>}} SavedFilter
 */

/** Return the editor's settings. */
function settings() {
  return /** @type {any} */ (app).extensionManager.setting;
}

/** @returns {RememberedView} */
export function rememberedView() {
  const { order, isGrouped } = settings().get(VIEW) ?? {};
  return { order: order === "best" ? "best" : "newest", isGrouped: isGrouped === true };
}

/** @param {RememberedView} view */
export function rememberView(view) {
  settings().set(VIEW, view);
}

/**
 * Return the saved sets of filters by name; a value that another program wrote is left out.
 *
 * @returns {SavedFilter[]}
 */
export function savedFilters() {
  const stored = settings().get(SAVED);
  if (!Array.isArray(stored)) return [];
  return stored.flatMap((each) => {
    if (typeof each?.name !== "string" || typeof each.filters !== "object") return [];
    const filters = Object.entries(each.filters ?? {}).filter(([, value]) => {
      return typeof value === "string";
    });
    return [{ name: each.name, filters: Object.fromEntries(filters) }];
  });
}

/**
 * Save a set of filters under a name, in place of the set that has this name.
 *
 * @param {string} name
 * @param {Record<string, string>} filters
 */
export function saveFilters(name, filters) {
  const kept = savedFilters().filter((each) => each.name !== name);
  const all = [...kept, { name, filters }].slice(-MOST_SAVED);
  return settings().set(SAVED, all.sort((first, second) => first.name.localeCompare(second.name)));
}

/**
 * Give a saved set of filters another name; a set that had this name is replaced.
 *
 * @param {string} name
 * @param {string} newName
 */
export async function renameFilters(name, newName) {
  const saved = savedFilters().find((each) => each.name === name);
  if (!saved || name === newName) return;
  await deleteFilters(name);
  await saveFilters(newName, saved.filters);
}

/** @param {string} name of a saved set of filters */
export function deleteFilters(name) {
  return settings().set(SAVED, savedFilters().filter((each) => each.name !== name));
}
