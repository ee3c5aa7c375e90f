/** Row of one weight in the dialog "Download weights". */

import { element } from "../element.js";
import { copiedText } from "../parts/copied_text.js";
import { errorText } from "../parts/message.js";
import { callRoute } from "../requests.js";
import { number, translated, words } from "../words.js";
import { button } from "./dialog.js";

/**
 * Types of a weight and its download, as the routes describe them.
 *
 * @typedef {{state: "running" | "done" | "failed" | "stopped", done: number, total: number | null,
 *   message: string | null}} WeightDownload
 *
 * @typedef {object} Weight one weight in the answer of `GET /anime/weights`
 * @property {string} name
 * @property {string} purpose what it is for
 * @property {string} gain what the nodes do with it
 * @property {string} without what the nodes do while no weight of its folder is installed
 * @property {boolean} installed
 * @property {string} folder
 * @property {string[]} sources
 * @property {string} page address of the publisher's page
 * @property {number | null} megabytes
 * @property {string} licence
 * @property {boolean} non_commercial
 * @property {boolean} recommended
 * @property {string[]} used_by
 * @property {WeightDownload | null} fetch
 */

const MEGABYTE = 1e6;

/**
 * Row of one weight: what it is for, its terms and its state, with buttons to download it or to
 * stop that. The terms stand above the button, so a click needs no further question.
 */
export class WeightRow {
  /** @param {Weight} weight */
  constructor(weight) {
    this.weight = weight;
    this.eventCount = 0;
    this.isRunning = false;
    /** @type {() => void} called after every change of the state */
    this.onChange = () => {};
    this.state = element("div", "anime-weight-state");
    this.state.setAttribute("aria-live", "polite");
    this.root = element("li", "anime-weight", ...description(weight), this.state);
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
    else if (this.weight.installed) this.#showText(words("weights.installed", this.weight));
    else if (fetch?.state === "failed") this.#showFailure(failure(fetch));
    else if (fetch?.state === "stopped") this.#showText(words("weights.stopped"), "weights.go_on");
    else this.#put(this.#downloadButton());
  }

  /**
   * Display a state.
   *
   * @param {string} text
   * @param {"weights.go_on"} [buttonKey] key of the text of a button that downloads
   */
  #showText(text, buttonKey) {
    const buttons = buttonKey ? [this.#downloadButton(buttonKey)] : [];
    this.#put(element("div", "", text), ...buttons);
  }

  /**
   * Display why a download failed.
   *
   * @param {string} text
   */
  #showFailure(text) {
    const { message, copy, state } = copiedText(text, this.weight.name);
    const again = this.#downloadButton("weights.again");
    this.#put(message, element("div", "anime-buttons", again, copy, state));
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

  /**
   * Return a button that begins the download. A licence that forbids commercial use is accepted
   * with it.
   *
   * @param {"weights.begin" | "weights.again" | "weights.go_on"} [key] key of the button's text
   */
  #downloadButton(key = "weights.begin") {
    const isAccepted = key !== "weights.begin" || !this.weight.non_commercial;
    const text = words(isAccepted ? key : "weights.accept");
    return this.#labelled(button(text, () => this.download()));
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
      this.#showFailure(words("weights.refused", { name, why: errorText(error) }));
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

/**
 * Return the elements that say what a weight is for, what happens without it, and its terms.
 *
 * @param {Weight} weight
 */
function description({ name, purpose, gain, without, folder, megabytes, page, ...weight }) {
  const size = megabytes === null ? [] : [number(megabytes, "MB")];
  const source = element("a", "", page.replace(/^https?:\/\//, ""));
  source.href = page;
  source.target = "_blank";
  source.rel = "noopener noreferrer";
  const facts = element("div", "anime-note", [name, ...size, licenceText(weight)].join(" · "));
  const warnings = weight.non_commercial
    ? [element("div", "anime-warning", words("weights.non_commercial"))]
    : [];
  return [
    element("h4", "anime-name", translated("weights", `${name}.purpose`, purpose)),
    facts,
    ...warnings,
    element("div", "", translated("weights", `${name}.gain`, gain)),
    element("div", "", words("weights.without", {
      text: translated("weights", `without.${folder}`, without),
    })),
    element("div", "anime-note", words("weights.source"), " ", source),
  ];
}

/**
 * Return the terms of a weight in the editor's language.
 *
 * @param {{licence: string}} weight
 */
export function licenceText({ licence }) {
  return translated("licences", licence, licence);
}

/** @param {WeightDownload} fetch */
function failure({ message }) {
  return words("weights.failed", { why: message ?? "" });
}
