import { element } from "../element.js";
import { sentence } from "../parts/message.js";
import { ask } from "../requests.js";
import { number, words } from "../words.js";
import { button } from "./dialog.js";

/**
 * @typedef {{state: "running" | "done" | "failed" | "stopped", done: number, total: number | null,
 *   message: string | null}} Fetch
 *
 * @typedef {object} Weight what `GET /anime/weights` says of one
 * @property {string} name
 * @property {boolean} installed
 * @property {string} folder
 * @property {string[]} sources
 * @property {number | null} megabytes
 * @property {string} licence
 * @property {boolean} non_commercial
 * @property {string[]} used_by
 * @property {Fetch | null} fetch
 */

const MEGABYTE = 1e6;

/** One weight in the list: what it is, how it stands with it, what can be done. */
export class WeightRow {
  /** @param {Weight} weight */
  constructor(weight) {
    this.weight = weight;
    this.heard = 0; // events
    const { name, megabytes, used_by: users } = weight;
    const size = megabytes === null ? "" : ` · ${number(megabytes, "MB")}`;
    const users_in_words = words("weights.used_by", { names: users.join(", ") });
    this.state = element("div", "anime-weight-state");
    this.state.setAttribute("aria-live", "polite");
    this.root = element(
      "li",
      "anime-weight",
      element("div", "anime-name", name),
      element("div", "anime-note", `${users_in_words}${size}`),
      this.state,
    );
    this.root.tabIndex = -1;
    this.#show(weight.fetch);
  }

  /**
   * An event about it.
   *
   * @param {Fetch} fetch
   */
  told(fetch) {
    this.heard += 1;
    if (fetch.state === "done") this.weight.installed = true;
    this.#show(fetch);
  }

  /** @param {Fetch | null} fetch */
  #show(fetch) {
    if (fetch?.state === "running") this.#progress(fetch);
    else if (this.weight.installed) this.#say(words("weights.installed", this.weight));
    else if (fetch?.state === "failed") this.#say(failure(fetch), "weights.again");
    else if (fetch?.state === "stopped") this.#say(words("weights.stopped"), "weights.go_on");
    else this.#say("", "weights.download");
  }

  /**
   * @param {string} text
   * @param {"weights.again" | "weights.go_on" | "weights.download"} [then] what can be done
   */
  #say(text, then) {
    const said = text ? [element("div", "", text)] : [];
    const act = then ? [this.#named(button(words(then), () => this.#licence()))] : [];
    this.#put(...said, ...act);
  }

  /**
   * Puts something else in the place of what was said, and the focus with it.
   *
   * @param {...HTMLElement} parts
   */
  #put(...parts) {
    const focused = this.state.contains(document.activeElement);
    this.state.replaceChildren(...parts);
    if (focused) (this.state.querySelector("button") ?? this.root).focus();
  }

  /** Its licence, which stands before every download. */
  #licence() {
    const { licence, non_commercial: bound, sources } = this.weight;
    const hosts = [...new Set(sources.map((each) => new URL(each).host))].join(", ");
    const accept = button(words(bound ? "weights.accept" : "weights.begin"), () => this.#begin());
    const parts = [element("div", "", words("weights.licence", { licence }))];
    if (bound) parts.push(element("div", "anime-warning", words("weights.non_commercial")));
    parts.push(element("div", "anime-note", words("weights.source", { hosts })));
    const refuse = button(words("weights.refuse"), () => this.#show(null));
    const buttons = element("div", "anime-buttons", this.#named(accept), refuse);
    this.#put(...parts, buttons);
  }

  async #begin() {
    const { name, non_commercial: accepted } = this.weight;
    const before = this.heard;
    try {
      const body = { accept_licence: accepted };
      const told = await ask(this.#route(), { method: "POST", body });
      if (told.installed) this.weight.installed = true;
      // Events overtake the answer, which would be old news then.
      if (this.heard === before) this.#show(told.fetch ?? null);
    } catch (error) {
      const why = sentence(error);
      this.#say(words("weights.refused", { name, why }), "weights.again");
    }
  }

  /** @param {Fetch} fetch */
  #progress({ done, total }) {
    let bar = this.state.querySelector("progress");
    if (!bar) {
      bar = element("progress");
      bar.setAttribute("aria-label", words("weights.progress", this.weight));
      const text = element("span", "anime-note");
      text.setAttribute("aria-live", "off"); // it changes twice a second
      const stop = this.#named(button(words("weights.stop"), () => this.#stop()));
      this.#put(element("div", "anime-buttons", bar, text, stop));
    }
    const text = /** @type {HTMLElement} */ (bar.nextElementSibling);
    const come = number(done / MEGABYTE);
    if (total === null) {
      bar.removeAttribute("value");
      text.textContent = `${come} MB`;
      return;
    }
    bar.max = total;
    bar.value = done;
    text.textContent = words("weights.come", { done: come, total: number(total / MEGABYTE) });
  }

  async #stop() {
    try {
      await ask(this.#route(), { method: "DELETE" });
    } catch {
      // It has just ended, which an event says.
    }
  }

  #route() {
    return `/anime/weights/${encodeURIComponent(this.weight.name)}/fetch`;
  }

  /**
   * Who hears buttons only has to hear whose they are.
   *
   * @param {HTMLButtonElement} made
   */
  #named(made) {
    made.setAttribute("aria-label", `${made.textContent}: ${this.weight.name}`);
    return made;
  }
}

/** @param {Fetch} fetch */
function failure({ message }) {
  return words("weights.failed", { why: message ?? "" });
}
