import { app } from "../../../scripts/app.js";
import { element } from "../element.js";
import { ask } from "../requests.js";
import { words } from "../words.js";
import { button, openDialog } from "./dialog.js";
import { WeightRow } from "./weight_row.js";

/** @import { Fetch, Weight } from "./weight_row.js" */

/** @type {Map<string, WeightRow>} those of the window that is open */
const rows = new Map();

/**
 * The setting "weights": how many are there, and the window that fetches others.
 */
export function weightsButton() {
  const note = element("div", "anime-note");
  const count = async () => {
    try {
      const all = await listed();
      const installed = all.filter((each) => each.installed).length;
      note.textContent = words("weights.count", { installed, all: all.length });
    } catch (error) {
      note.textContent = error instanceof Error ? error.message : String(error);
    }
  };
  count();
  return element("div", "anime-setting", button(words("weights.open"), openWeights), note);
}

/** Opens the list of all weights. */
export async function openWeights() {
  const list = element("ul", "anime-weights");
  const note = element("p", "anime-note", words("weights.intro"));
  const dialog = openDialog(words("weights.title"), note, list);
  rows.clear();
  dialog.addEventListener("close", () => rows.clear());
  try {
    for (const weight of await listed()) {
      const row = new WeightRow(weight);
      rows.set(weight.name, row);
      list.append(row.root);
    }
  } catch (error) {
    note.textContent = error instanceof Error ? error.message : String(error);
  }
}

/**
 * An `anime.weights` event. Who has closed the window is told of the end all the same.
 *
 * @param {Fetch & {name: string}} told
 */
export function weightTold({ name, ...fetch }) {
  const row = rows.get(name);
  row?.told(fetch);
  if (row || fetch.state === "running" || fetch.state === "stopped") return;
  const done = fetch.state === "done";
  /** @type {any} */ (app).extensionManager.toast.add({
    severity: done ? "success" : "error",
    summary: words(done ? "weights.fetched" : "weights.not_fetched", { name }),
    detail: fetch.message ?? "",
    life: done ? 5000 : undefined, // a failure stays until it is read
  });
}

/** @returns {Promise<Weight[]>} */
async function listed() {
  return (await ask("/anime/weights")).weights;
}
