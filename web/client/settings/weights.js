/** Setting and dialog "Download weights". */

import { element } from "../element.js";
import { errorText } from "../parts/message.js";
import { showToast } from "../parts/toast.js";
import { callRoute } from "../requests.js";
import { words } from "../words.js";
import { button, openDialog } from "./dialog.js";
import { recommendedSet } from "./recommended_set.js";
import { WeightRow } from "./weight_row.js";

/** @import { Weight, WeightDownload } from "./weight_row.js" */

const SHOWN_MS = 5000; // of a message that a download has ended

/** @type {Map<string, WeightRow>} rows of the open dialog */
const rows = new Map();

/** Return a button that opens the dialog, with the number of installed weights. */
export function weightsButton() {
  const note = element("div", "anime-note");
  const count = async () => {
    try {
      const all = await fetchWeights();
      const installed = all.filter((each) => each.installed).length;
      note.textContent = words("weights.count", { installed, all: all.length });
    } catch (error) {
      note.textContent = errorText(error);
    }
  };
  count();
  return element("div", "anime-setting", button(words("weights.open"), openWeights), note);
}

/** Open a dialog with the list of all weights. */
export async function openWeights() {
  const parts = element("div");
  const note = element("p", "anime-note", words("weights.intro"));
  const dialog = openDialog(words("weights.title"), note, parts);
  rows.clear();
  dialog.addEventListener("close", () => rows.clear());
  try {
    for (const weight of await fetchWeights()) rows.set(weight.name, new WeightRow(weight));
    const all = [...rows.values()];
    const further = element("ul", "anime-weights");
    further.append(...all.filter((row) => !row.weight.recommended).map((row) => row.root));
    const recommended = recommendedSet(all.filter((row) => row.weight.recommended));
    parts.append(recommended, element("h3", "", words("weights.further")), further);
  } catch (error) {
    note.textContent = errorText(error);
  }
}

/**
 * Handle an `anime.weights` event. If the dialog is closed, a message displays the download's end.
 *
 * @param {WeightDownload & {name: string}} event
 */
export function handleWeightEvent({ name, ...fetch }) {
  const row = rows.get(name);
  row?.handleEvent(fetch);
  if (row || fetch.state === "running" || fetch.state === "stopped") return;
  const done = fetch.state === "done";
  const summary = words(done ? "weights.fetched" : "weights.not_fetched", { name });
  // A failure stays until it is read.
  showToast(done ? "success" : "error", summary, fetch.message ?? "", done ? SHOWN_MS : undefined);
}

/** @returns {Promise<Weight[]>} */
async function fetchWeights() {
  return (await callRoute("/anime/weights")).weights;
}
