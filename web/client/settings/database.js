/** Setting "Database", which displays the database's state. */

import { element } from "../element.js";
import { errorText } from "../parts/message.js";
import { callRoute, RouteError } from "../requests.js";
import { routeText, words } from "../words.js";

/** Return an element with the kind and the state of the database, without its private address. */
export function databaseState() {
  const state = element("div", "anime-setting", words("health.checking"));
  state.setAttribute("role", "status");
  fillState(state);
  return state;
}

/** @param {HTMLElement} state */
async function fillState(state) {
  try {
    const { database } = (await fetchHealth()).components;
    const kind = words(database.mode === "external" ? "database.external" : "database.embedded");
    const note = element("div", "anime-note");
    note.textContent =
      database.status === "ok"
        ? words("database.answers", { version: database.server })
        : routeText("health.database_is_down", database.message ?? "");
    state.replaceChildren(element("div", "", kind), note);
  } catch (error) {
    state.textContent = errorText(error);
  }
}

/**
 * Return the health of the pack, also from an error response, which has it if a part is down.
 *
 * @returns {Promise<{status: string, components: Record<string, Record<string, any>>}>}
 */
async function fetchHealth() {
  try {
    return await callRoute("/anime/health");
  } catch (error) {
    const answer = error instanceof RouteError ? error.more : {};
    if (answer.components?.database) return /** @type {any} */ (answer);
    throw error;
  }
}
