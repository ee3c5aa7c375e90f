/** Window that lists the remedies for a failed node, and applies the chosen one. */

import { api } from "../../../scripts/api.js";
import { app } from "../../../scripts/app.js";
import { asOneStep } from "../canvas/one_step.js";
import { bringIntoView } from "../canvas/view.js";
import { element } from "../element.js";
import { openPopup } from "../nodes/popup.js";
import { showToast } from "../parts/toast.js";
import { words } from "../words.js";
import { remediesFor } from "./plans.js";
import { readRecords } from "./records.js";
import { fittingRemedies } from "./table.js";

/**
 * @import { Failure, Remedy } from "./plans.js"
 * @import { Report } from "../report/types.js"
 */

// The second click of a double click must meet the window, not what lies below it on the canvas.
const DOUBLE_CLICK_MS = 500;
const SHOWN_MS = 12_000; // a message that says how to go back must stay long enough to be read

/**
 * Return the button that opens the remedies for a report; null if none fits.
 *
 * @param {Report | undefined} report
 * @param {(button: HTMLElement) => void} open
 * @returns {HTMLElement | null}
 */
export function remedyButton(report, open) {
  if (!report?.measurements || fittingRemedies(report).length === 0) return null;
  const button = element("button", "anime-remedies-open", words("remedies.open"));
  button.type = "button";
  button.setAttribute("aria-haspopup", "dialog");
  button.addEventListener("click", () => open(button));
  return element("div", "anime-remedies-bar", button);
}

/**
 * Open the window with the remedies for a failed node.
 *
 * @param {object} owner of the window
 * @param {HTMLElement} place beside which the window opens
 * @param {Failure} failure
 */
export function openRemedies(owner, place, failure) {
  const remedies = remediesFor(failure);
  const list = element("ul", "anime-remedies");
  const items = remedies.map((remedy) => remedyItem(remedy, () => void choose(remedy)));
  list.append(...items.map(({ item }) => item));
  const popup = openPopup(owner, place, () => ({
    title: words("remedies.window", { name: failure.node.title }),
    parts: [list],
    destroy: () => {},
  }));
  const first = list.querySelector("button");
  if (first) first.focus();
  else popup.focus();
  void readRecords().then((recordOf) => {
    for (const { name, record } of items) record.textContent = recordOf(name);
  });

  let isChosen = false;

  /** @param {Remedy} remedy */
  async function choose(remedy) {
    if (isChosen) return;
    isChosen = true;
    setTimeout(() => popup.close(), DOUBLE_CLICK_MS);
    await applyRemedy(remedy);
  }
}

/**
 * Return a remedy as an element of the list: a button that names it, what it does or why it can't
 * be applied, and its record.
 *
 * @param {Remedy} remedy
 * @param {() => void} choose
 */
function remedyItem({ name, title, text, missing }, choose) {
  const button = element("button", "anime-remedy", element("span", "anime-remedy-title", title));
  button.type = "button";
  button.dataset.remedy = name;
  button.append(element("span", "anime-remedy-text", text));
  const record = element("span", "anime-remedy-record", words("remedies.record_wait"));
  if (missing) button.setAttribute("aria-disabled", "true");
  else {
    button.append(record);
    button.addEventListener("click", choose);
  }
  return { name, record, item: element("li", "", button) };
}

/**
 * Change the graph as a remedy says, as one step of undo, and say so.
 *
 * @param {Remedy} remedy
 */
async function applyRemedy({ graph, apply, queues, title }) {
  const { extensionManager, canvas } = /** @type {any} */ (app);
  await asOneStep(graph, async () => {
    const added = apply?.();
    if (added) {
      canvas.selectItems?.([added]);
      bringIntoView(added);
    }
    if (queues) await extensionManager.command.execute("Comfy.QueuePrompt");
  });
  canvas.setDirty(true, true);
  sayUntilUndone(title, words(queues ? "remedies.queued" : "remedies.done"));
}

/**
 * Show a message about the last change of the graph, and remove it when the change is undone.
 *
 * @param {string} summary
 * @param {string} detail
 */
function sayUntilUndone(summary, detail) {
  const events = /** @type {any} */ (api);
  const tracker = /** @type {any} */ (app).extensionManager.workflow.activeWorkflow?.changeTracker;
  const remove = showToast("info", summary, detail, SHOWN_MS);
  const removeIfUndone = () => {
    if (tracker?.redoQueue.length > 0) remove();
  };
  events.addEventListener("graphChanged", removeIfUndone);
  setTimeout(() => events.removeEventListener("graphChanged", removeIfUndone), SHOWN_MS);
}
