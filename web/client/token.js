/** The user's token, which a browser on another machine needs to delete or change some things. */

import { element } from "./element.js";
import { tokenKey } from "./requests.js";
import { button, openDialog } from "./settings/dialog.js";
import { refusalText, words } from "./words.js";

/** @type {Promise<boolean> | null} answer of the dialog that is open */
let answer = null;

/**
 * Ask the user for the token in a dialog, and store what the user enters in this browser.
 *
 * @param {import("./requests.js").RouteError} refusal why the token is needed
 * @returns {Promise<boolean>} false if the user closes the dialog
 */
export function askForToken(refusal) {
  answer ??= ask(refusal).finally(() => {
    answer = null;
  });
  return answer;
}

/**
 * @param {import("./requests.js").RouteError} refusal
 * @returns {Promise<boolean>}
 */
function ask(refusal) {
  const input = element("input", "anime-token");
  input.type = "password";
  input.autocomplete = "off";
  input.required = true;
  const label = element("label", "anime-token-label", words("token.label"), input);
  const send = button(words("token.send"), () => {});
  send.type = "submit";
  const form = element("form", "anime-token-form", label, send);
  const reason = element("p", "", refusalText(refusal.text, refusal.message));
  const kept = element("p", "anime-note", words("token.kept"));
  const dialog = openDialog(words("token.title"), reason, form, kept);
  input.focus();
  return new Promise((resolve) => {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      localStorage.setItem(tokenKey(), input.value.replace(/[^!-~]/g, "")); // fits into a header
      resolve(true);
      dialog.close();
    });
    dialog.addEventListener("close", () => resolve(false)); // does nothing after a submit
  });
}
