/** Filters above the list of jobs. */

import { element } from "../element.js";
import { callRoute, RouteError } from "../requests.js";
import { verdictStyle } from "../report/verdicts.js";
import { words } from "../words.js";
import { STATES } from "./job.js";

const TYPING = 250; // milliseconds without a key press, after which the text is applied
const VERDICTS = ["PASS", "FAIL", "NOT_MEASURED"];
const NONE = "none";

/** @typedef {"project" | "character" | "state" | "verdict"} Choice */

/** Filters of the list: a text and four choices. */
export class Filters {
  #typing = 0;

  /** @param {() => void} onChange */
  constructor(onChange) {
    this.onChange = onChange;
    this.text = element("input", "anime-search");
    this.text.type = "search";
    this.text.placeholder = words("filter.text");
    this.text.setAttribute("aria-label", words("filter.text"));
    this.text.maxLength = 1000;
    this.text.addEventListener("input", () => {
      clearTimeout(this.#typing);
      this.#typing = setTimeout(() => this.#apply(), TYPING);
    });
    this.choices = {
      project: this.#choice("project", []),
      character: this.#choice("character", []),
      state: this.#choice("state", STATES.map((each) => [each, words(`state.${each}`)])),
      verdict: this.#choice("verdict", [
        ...VERDICTS.map((each) => [each, verdictStyle(each).word]),
        [NONE, words("filter.verdict_none")],
      ]),
    };
    this.clear = element("button", "anime-clear", words("filter.clear"));
    this.clear.type = "button";
    this.clear.addEventListener("click", () => {
      this.reset();
      this.text.focus();
    });
    const choices = Object.values(this.choices);
    this.root = element("div", "anime-filters", this.text, ...choices, this.clear);
    this.root.setAttribute("role", "search");
    // The editor would treat a key as one of its shortcuts and change the graph.
    this.root.addEventListener("keydown", (event) => event.stopPropagation());
    this.#drawClear();
  }

  /**
   * Return the filters that are set, as parameters of the route.
   *
   * @returns {Record<string, string>}
   */
  get values() {
    const chosen = Object.entries(this.choices).map(([name, { value }]) => [name, value]);
    const all = [...chosen, ["text", this.text.value.trim()]];
    return Object.fromEntries(all.filter(([, value]) => value));
  }

  /** Return true if any filter is set. */
  get active() {
    return Object.keys(this.values).length > 0;
  }

  /** Clear all filters. */
  reset() {
    this.text.value = "";
    for (const choice of Object.values(this.choices)) choice.value = "";
    this.#apply();
  }

  /** Load the names of projects and characters to choose from. */
  async loadNames() {
    try {
      const { projects } = await callRoute("/anime/projects");
      const { characters } = await callRoute("/anime/characters");
      offer(this.choices.project, projects.map(nameOf));
      offer(this.choices.character, characters.map(nameOf));
    } catch (error) {
      if (!(error instanceof RouteError)) throw error; // the list displays the problem
    }
  }

  #apply() {
    clearTimeout(this.#typing);
    this.#drawClear();
    this.onChange();
  }

  #drawClear() {
    this.clear.hidden = !this.active;
    for (const choice of Object.values(this.choices)) {
      choice.classList.toggle("anime-chosen-filter", choice.value !== "");
    }
  }

  /**
   * @param {Choice} name
   * @param {string[][]} options values with their words
   */
  #choice(name, options) {
    const choice = element("select", "anime-filter");
    choice.setAttribute("aria-label", words(`filter.${name}`));
    choice.append(option("", words(`filter.any_${name}`)));
    choice.append(...options.map(([value, word]) => option(value, word)));
    choice.addEventListener("change", () => this.#apply());
    return choice;
  }
}

/** @param {{name: string}} row */
function nameOf({ name }) {
  return name;
}

/**
 * Set the names that a choice offers; the chosen name stays.
 *
 * @param {HTMLSelectElement} choice
 * @param {string[]} names
 */
function offer(choice, names) {
  const offered = [...new Set([...names, choice.value])].filter(Boolean);
  const previous = [...choice.options].slice(1).map(({ value }) => value);
  // The same options aren't replaced: that would disturb a list that is open.
  if (JSON.stringify(offered) === JSON.stringify(previous)) return;
  const { value } = choice;
  choice.replaceChildren(choice.options[0], ...offered.map((name) => option(name, name)));
  choice.value = value;
}

/**
 * @param {string} value
 * @param {string} text
 */
function option(value, text) {
  const created = element("option", "", text);
  created.value = value;
  return created;
}
