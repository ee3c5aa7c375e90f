import { element } from "../element.js";
import { RouteError } from "../requests.js";
import { sentence } from "./message.js";

/**
 * Shows in a notice what went wrong. The panel hides the notices with this cause while its banner
 * says for all of them that ComfyUI doesn't answer.
 *
 * @param {HTMLElement} notice
 * @param {unknown} error
 * @param {...HTMLElement} more
 */
export function showProblem(notice, error, ...more) {
  notice.hidden = false;
  notice.dataset.cause = error instanceof RouteError ? error.code : "";
  notice.replaceChildren(element("strong", "", sentence(error)), ...more);
}
