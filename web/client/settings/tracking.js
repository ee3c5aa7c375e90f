import { element } from "../element.js";
import { sentence } from "../parts/message.js";
import { ask } from "../requests.js";
import { words } from "../words.js";

/** @typedef {"off" | "jobs" | "all"} Tracking */
/** @typedef {{tracking: Tracking, after_restart: Tracking, decided_by: string | null}} Told */

const ROUTE = "/anime/tracking";

/** @type {Tracking[]} */
const CHOICES = ["off", "jobs", "all"];

/**
 * The setting "prompts that are remembered": what this ComfyUI does, not what a browser keeps.
 *
 * @param {string} name
 */
export function trackingChoice(name) {
  const select = element("select", "anime-chooser");
  select.setAttribute("aria-label", name);
  select.append(...CHOICES.map((each) => new Option(words(`tracking.${each}`), each)));
  select.selectedIndex = -1; // not known yet
  const note = element("div", "anime-note");
  note.setAttribute("aria-live", "polite");

  /** @param {Promise<Told>} asked */
  const show = async (asked) => {
    select.disabled = true;
    try {
      const told = await asked;
      select.value = told.after_restart;
      select.disabled = told.decided_by !== null;
      note.textContent = noteOf(told);
    } catch (error) {
      note.textContent = sentence(error);
    }
  };
  select.addEventListener("change", async () => {
    await show(ask(ROUTE, { method: "POST", body: { tracking: select.value } }));
    if (!select.disabled) return;
    const refused = note.textContent ?? "";
    await show(ask(ROUTE)); // what it still does
    if (refused) note.textContent = refused;
  });
  show(ask(ROUTE));
  return element("div", "anime-setting", select, note);
}

/** @param {Told} told */
function noteOf({ tracking, after_restart: wanted, decided_by: variable }) {
  const restart =
    tracking === wanted ? "" : words("tracking.restart", { now: words(`tracking.${tracking}`) });
  return variable === null ? restart : words("tracking.decided", { variable });
}
