/** Notice with an error, for the views of the sidebar. */

import { element } from "../element.js";
import { RouteError } from "../requests.js";
import { errorText } from "./message.js";

/**
 * Display an error in a notice. The notice has the error's code as its cause: while the panel's
 * banner says that ComfyUI doesn't answer, the panel hides all notices with that cause.
 *
 * @param {HTMLElement} notice
 * @param {unknown} error
 * @param {...HTMLElement} more
 */
export function showProblem(notice, error, ...more) {
  notice.hidden = false;
  notice.dataset.cause = error instanceof RouteError ? error.code : "";
  notice.replaceChildren(element("strong", "", errorText(error)), ...more);
}
