import { element } from "../element.js";
import { sentence } from "../parts/message.js";
import { ask, RouteError } from "../requests.js";
import { told, words } from "../words.js";

/**
 * The setting "database": which one it is and whether it answers; where it is stays private.
 */
export function databaseState() {
  const state = element("div", "anime-setting", words("health.checking"));
  state.setAttribute("role", "status");
  tell(state);
  return state;
}

/** @param {HTMLElement} state */
async function tell(state) {
  try {
    const { database } = (await health()).components;
    const kind = words(database.mode === "external" ? "database.external" : "database.embedded");
    const note = element("div", "anime-note");
    note.textContent =
      database.status === "ok"
        ? words("database.answers", { version: database.server })
        : told("health.database_is_down", database.message ?? "");
    state.replaceChildren(element("div", "", kind), note);
  } catch (error) {
    state.textContent = sentence(error);
  }
}

/**
 * What the pack says of itself; also where that is bad enough to be no success.
 *
 * @returns {Promise<{status: string, components: Record<string, Record<string, any>>}>}
 */
export async function health() {
  try {
    return await ask("/anime/health");
  } catch (error) {
    const told = error instanceof RouteError ? error.more : {};
    if (told.components) return /** @type {any} */ (told);
    throw error;
  }
}
