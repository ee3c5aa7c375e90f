/** Row of one weight in the dialog "Download weights". */

import { element } from "../element.js";
import { errorText } from "../parts/message.js";
import { callRoute } from "../requests.js";
import { number, words } from "../words.js";
import { button } from "./dialog.js";

/**
 * Types of a weight and its download, as the routes describe them.
 *
 * @typedef {{state: "running" | "done" | "failed" | "stopped", done: number, total: number | null,
 *   message: string | null}} WeightDownload
 *
 * @typedef {object} Weight one weight in the answer of `GET /anime/weights`
 * @property {string} name
 * @property {boolean} installed
 * @property {string} folder
 * @property {string[]} sources
 * @property {number | null} megabytes
 * @property {string} licence
 * @property {boolean} non_commercial
 * @property {boolean} recommended
 * @property {string[]} used_by
 * @property {WeightDownload | null} fetch
 */

const MEGABYTE = 1e6;

/** Row of one weight: its name, size and state, with buttons to download it or to stop that. */
export class WeightRow {
  /** @param {Weight} weight */
  constructor(weight) {
    this.weight = weight;
    this.eventCount = 0;
    this.isRunning = false;
    /** @type {() => void} called after every change of the state */
    this.onChange = () => {};
    const { name, megabytes, used_by: users } = weight;
    const size = megabytes === null ? "" : ` · ${number(megabytes, "MB")}`;
    const usersText = words("weights.used_by", { names: users.join(", ") });
    this.state = element("div", "anime-weight-state");
    this.state.setAttribute("aria-live", "polite");
    this.root = element(
      "li",
      "anime-weight",
      element("div", "anime-name", name),
      element("div", "anime-note", `${usersText}${size}`),
      this.state,
    );
    this.root.tabIndex = -1;
    this.#show(weight.fetch);
  }

  /**
   * Apply an event of the weight's download.
   *
   * @param {WeightDownload} fetch
   */
  handleEvent(fetch) {
    this.eventCount += 1;
    if (fetch.state === "done") this.weight.installed = true;
    this.#show(fetch);
  }

  /** True if the weight is not installed and no download of it runs. */
  get isMissing() {
    return !this.weight.installed && !this.isRunning;
  }

  /** @param {WeightDownload | null} fetch */
  #show(fetch) {
    this.isRunning = fetch?.state === "running";
    if (fetch?.state === "running") this.#showProgress(fetch);
    else if (this.weight.installed) this.#showState(words("weights.installed", this.weight));
    else if (fetch?.state === "failed") this.#showState(failure(fetch), "weights.again");
    else if (fetch?.state === "stopped") this.#showState(words("weights.stopped"), "weights.go_on");
    else this.#showState("", "weights.download");
  }

  /**
   * Display a state, with a button to download.
   *
   * @param {string} text
   * @param {"weights.again" | "weights.go_on" | "weights.download"} [buttonKey] key of the button's
   *   text
   */
  #showState(text, buttonKey) {
    const texts = text ? [element("div", "", text)] : [];
    const buttons = buttonKey
      ? [this.#labelled(button(words(buttonKey), () => this.#showLicence()))]
      : [];
    this.#put(...texts, ...buttons);
  }

  /**
   * Replace the displayed state; a focus in it moves to the new state.
   *
   * @param {...HTMLElement} parts
   */
  #put(...parts) {
    const focused = this.state.contains(document.activeElement);
    this.state.replaceChildren(...parts);
    if (focused) (this.state.querySelector("button") ?? this.root).focus();
    this.onChange();
  }

  /** Display the weight's licence, which a user accepts before every download. */
  #showLicence() {
    const { licence, non_commercial: isRestricted, sources } = this.weight;
    const hosts = [...new Set(sources.map((each) => new URL(each).host))].join(", ");
    const acceptText = words(isRestricted ? "weights.accept" : "weights.begin");
    const accept = button(acceptText, () => this.download());
    const parts = [element("div", "", words("weights.licence", { licence }))];
    if (isRestricted) parts.push(element("div", "anime-warning", words("weights.non_commercial")));
    parts.push(element("div", "anime-note", words("weights.source", { hosts })));
    const refuse = button(words("weights.refuse"), () => this.#show(null));
    const buttons = element("div", "anime-buttons", this.#labelled(accept), refuse);
    this.#put(...parts, buttons);
  }

  /** Begin the download; the user has seen the licence. */
  async download() {
    const { name, non_commercial: accepted } = this.weight;
    const countBefore = this.eventCount;
    try {
      const body = { accept_licence: accepted };
      const answer = await callRoute(this.#route(), { method: "POST", body });
      if (answer.installed) this.weight.installed = true;
      // An event that arrived before the answer is newer than the answer.
      if (this.eventCount === countBefore) this.#show(answer.fetch ?? null);
    } catch (error) {
      const values = { name, why: errorText(error) };
      this.#showState(words("weights.refused", values), "weights.again");
    }
  }

  /** @param {WeightDownload} fetch */
  #showProgress({ done, total }) {
    let bar = this.state.querySelector("progress");
    if (!bar) {
      bar = element("progress");
      bar.setAttribute("aria-label", words("weights.progress", this.weight));
      const text = element("span", "anime-note");
      text.setAttribute("aria-live", "off"); // it changes twice a second
      const stop = this.#labelled(button(words("weights.stop"), () => this.#stop()));
      this.#put(element("div", "anime-buttons", bar, text, stop));
    }
    const text = /** @type {HTMLElement} */ (bar.nextElementSibling);
    const loaded = number(done / MEGABYTE);
    if (total === null) {
      bar.removeAttribute("value");
      text.textContent = `${loaded} MB`;
      return;
    }
    bar.max = total;
    bar.value = done;
    text.textContent = words("weights.come", { done: loaded, total: number(total / MEGABYTE) });
  }

  async #stop() {
    try {
      await callRoute(this.#route(), { method: "DELETE" });
    } catch {
      // The download has just ended; its event updates the row.
    }
  }

  #route() {
    return `/anime/weights/${encodeURIComponent(this.weight.name)}/fetch`;
  }

  /**
   * Add the weight's name to a button's label, for users of screen readers.
   *
   * @param {HTMLButtonElement} target
   */
  #labelled(target) {
    target.setAttribute("aria-label", `${target.textContent}: ${this.weight.name}`);
    return target;
  }
}

/** @param {WeightDownload} fetch */
function failure({ message }) {
  return words("weights.failed", { why: message ?? "" });
}
