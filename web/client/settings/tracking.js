/** Setting "Prompts that are remembered". */

import { element } from "../element.js";
import { errorText } from "../parts/message.js";
import { callRoute } from "../requests.js";
import { words } from "../words.js";

/** @typedef {"off" | "jobs" | "all"} Tracking */
/**
 * Answer of the route `/anime/tracking`.
 *
 * @typedef {{tracking: Tracking, after_restart: Tracking, decided_by: string | null}}
 *   TrackingAnswer
 */

const ROUTE = "/anime/tracking";

/** @type {Tracking[]} */
const CHOICES = ["off", "jobs", "all"];

/**
 * Return the input of the setting. ComfyUI stores its value for all users, not the browser.
 *
 * @param {string} name
 */
export function trackingChoice(name) {
  const select = element("select", "anime-chooser");
  select.setAttribute("aria-label", name);
  select.append(...CHOICES.map((each) => new Option(words(`tracking.${each}`), each)));
  select.selectedIndex = -1; // nothing is selected until the route has answered
  const note = element("div", "anime-note");
  note.setAttribute("aria-live", "polite");

  /** @param {Promise<TrackingAnswer>} request */
  const show = async (request) => {
    select.disabled = true;
    try {
      const answer = await request;
      select.value = answer.after_restart;
      select.disabled = answer.decided_by !== null;
      note.textContent = noteOf(answer);
    } catch (error) {
      note.textContent = errorText(error);
    }
  };
  select.addEventListener("change", async () => {
    await show(callRoute(ROUTE, { method: "POST", body: { tracking: select.value } }));
    if (!select.disabled) return;
    const refusalText = note.textContent ?? "";
    await show(callRoute(ROUTE)); // displays the setting that is still in effect
    if (refusalText) note.textContent = refusalText;
  });
  show(callRoute(ROUTE));
  return element("div", "anime-setting", select, note);
}

/**
 * Return a note about a setting that needs a restart, or that an environment variable decides.
 *
 * @param {TrackingAnswer} answer
 */
function noteOf({ tracking, after_restart: chosen, decided_by: variable }) {
  const restart =
    tracking === chosen ? "" : words("tracking.restart", { now: words(`tracking.${tracking}`) });
  return variable === null ? restart : words("tracking.decided", { variable });
}
