/** Messages about the outcome of an action, and errors as sentences for users. */

import { element } from "../element.js";
import { RouteError } from "../requests.js";
import { refusalText, words } from "../words.js";

/** Box for the outcome of an action; screen readers read it out when it changes. */
export class Message {
  constructor() {
    this.root = element("div", "anime-message");
    this.root.setAttribute("role", "status");
    this.root.hidden = true;
  }

  /**
   * Display a text.
   *
   * @param {string} text
   * @param {...HTMLElement} more
   */
  say(text, ...more) {
    this.#show("done", text, more);
  }

  /**
   * Display an error.
   *
   * @param {unknown} error
   * @param {...HTMLElement} more
   */
  fail(error, ...more) {
    if (!(error instanceof RouteError)) console.error("Anime Production:", error);
    this.#show("failed", errorText(error), more);
  }

  clear() {
    this.root.hidden = true;
    this.root.replaceChildren();
  }

  /**
   * @param {"done" | "failed"} kind
   * @param {string} text
   * @param {HTMLElement[]} more
   */
  #show(kind, text, more) {
    this.root.hidden = false;
    this.root.dataset.kind = kind;
    this.root.replaceChildren(element("p", "", text), ...more);
  }
}

/**
 * Return an error as a sentence for users.
 *
 * @param {unknown} error
 */
export function errorText(error) {
  if (error instanceof RouteError && error.status === 0) return words("jobs.no_answer");
  if (error instanceof RouteError) return refusalText(error.text, error.message);
  return error instanceof Error ? error.message : String(error);
}

/**
 * Return texts as an HTML list.
 *
 * @param {string[]} texts
 */
export function list(texts) {
  return element("ul", "", ...texts.map((text) => element("li", "", text)));
}
