/** Extension of the editor that displays the questions of gates whose prompt waits. */

import { api } from "../../../scripts/api.js";
import { app } from "../../../scripts/app.js";
import { useStyleSheet } from "../element.js";
import { callRoute, RouteError } from "../requests.js";
import { refusalText } from "../words.js";
import { QuestionWindow } from "./question_window.js";

/** @import { Question } from "./question_window.js" */

const ASKED = "anime.question";
const CLOSED = "anime.question_closed";

/** @type {QuestionWindow | null} a prompt asks one question at a time */
let openWindow = null;

for (const sheet of ["report/report", "player/player", "asking/asking"]) {
  useStyleSheet(new URL(`../${sheet}.css`, import.meta.url).href);
}

app.registerExtension({
  name: "animeproduction.Asking",

  setup() {
    const events = /** @type {any} */ (api);
    events.addEventListener(ASKED, () => void showOpen());
    events.addEventListener(CLOSED, (/** @type {CustomEvent} */ { detail }) => close(detail.id));
    events.addEventListener("reconnected", () => void showOpen());
    void showOpen(); // a prompt may wait since before the page was loaded
  },
});

/** Display the oldest open question of this page's prompts, unless it is displayed already. */
async function showOpen() {
  const client = encodeURIComponent(/** @type {any} */ (api).clientId ?? "");
  /** @type {Question[]} */
  let questions;
  try {
    ({ questions } = await callRoute(`/anime/questions?client=${client}`));
  } catch {
    return; // the gate decides by its report if no editor displays the question
  }
  const question = questions.find(({ id }) => id === openWindow?.question.id) ?? questions[0];
  if (question?.id === openWindow?.question.id) return;
  if (openWindow) close(openWindow.question.id);
  if (!question) return;
  openWindow = new QuestionWindow(question, (picked, reviewer) => answer(question.id, picked, reviewer));
  openWindow.open();
  await callRoute(`/anime/questions/${question.id}/seen`, { method: "POST", body: {} }).catch(
    () => close(question.id),
  );
}

/** @param {string} id of a question */
function close(id) {
  if (openWindow?.question.id !== id) return;
  openWindow.close();
  openWindow = null;
}

/**
 * Send an answer.
 *
 * @param {string} id of the question
 * @param {number[] | null} picked
 * @param {string} reviewer
 * @returns {Promise<string>} why the answer was refused; "" if it was accepted
 */
async function answer(id, picked, reviewer) {
  try {
    const body = picked ? { picked, reviewer } : {};
    await callRoute(`/anime/questions/${id}/answer`, { method: "POST", body });
    close(id);
    return "";
  } catch (error) {
    if (error instanceof RouteError && error.code === "question_closed") close(id);
    return error instanceof RouteError ? refusalText(error.text, error.message) : String(error);
  }
}
