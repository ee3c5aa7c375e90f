/** Filters above the list of jobs. */

import { element } from "../element.js";
import { callRoute, RouteError } from "../requests.js";
import { verdictStyle } from "../report/verdicts.js";
import { words } from "../words.js";
import { STATES } from "./job.js";
import { SavedFilters } from "./saved_filters.js";

const TYPING = 250; // milliseconds without a key press, after which the text is applied
const VERDICTS = ["PASS", "FAIL", "NOT_MEASURED"];
const NONE = "none";
const DAYS = ["1", "7", "30"]; // choices of the filter by time
const DAY = 86_400_000; // milliseconds

/** @typedef {"project" | "character" | "state" | "verdict" | "review" | "days" | "tag"} Choice */

/** Filters of the list: a text, choices, and saved sets of both. */
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
      review: this.#choice("review", [
        ["approved", words("review.approved")],
        ["rejected", words("review.rejected")],
        [NONE, words("filter.review_none")],
      ]),
      days: this.#choice("days", DAYS.map((days) => [days, words("filter.days_last", { days })])),
      tag: this.#choice("tag", []),
    };
    this.clear = element("button", "anime-clear", words("filter.clear"));
    this.clear.type = "button";
    this.clear.addEventListener("click", () => {
      this.reset();
      this.text.focus();
    });
    this.saved = new SavedFilters({
      current: () => this.chosen,
      apply: (filters) => this.choose(filters),
    });
    const choices = Object.values(this.choices);
    const foot = element("div", "anime-filters-foot", this.saved.root, this.clear);
    this.root = element("div", "anime-filters", this.text, ...choices, foot);
    this.root.setAttribute("role", "search");
    // The editor would treat a key as one of its shortcuts and change the graph.
    this.root.addEventListener("keydown", (event) => event.stopPropagation());
    this.#drawClear();
  }

  /**
   * Return the filters that are set, as they are saved: a number of days instead of a time.
   *
   * @returns {Record<string, string>}
   */
  get chosen() {
    const chosen = Object.entries(this.choices).map(([name, { value }]) => [name, value]);
    const all = [...chosen, ["text", this.text.value.trim()]];
    return Object.fromEntries(all.filter(([, value]) => value));
  }

  /**
   * Return the filters that are set, as parameters of the route.
   *
   * @returns {Record<string, string>}
   */
  get values() {
    const { days, ...others } = this.chosen;
    if (!days) return others;
    return { ...others, from: new Date(Date.now() - Number(days) * DAY).toISOString() };
  }

  /** Return true if any filter is set. */
  get active() {
    return Object.keys(this.chosen).length > 0;
  }

  /** Clear all filters. */
  reset() {
    this.choose({});
  }

  /**
   * Set filters, and clear all others.
   *
   * @param {Record<string, string>} filters as `chosen` returns them
   */
  choose(filters) {
    this.text.value = filters.text ?? "";
    for (const [name, choice] of Object.entries(this.choices)) {
      const value = filters[name] ?? "";
      // A name that was saved may not be loaded yet, or no job may have it any more.
      if (![...choice.options].some((each) => each.value === value)) {
        choice.append(option(value, value));
      }
      choice.value = value;
    }
    this.#apply();
  }

  /** Load the names of projects and characters, and the tags, to choose from. */
  async loadNames() {
    try {
      const { projects } = await callRoute("/anime/projects");
      const { characters } = await callRoute("/anime/characters");
      offer(this.choices.project, projects.map(nameOf));
      offer(this.choices.character, characters.map(nameOf));
      const { tags } = await callRoute("/anime/tags");
      offer(this.choices.tag, tags.map((/** @type {{tag: string}} */ each) => each.tag));
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
    this.saved.draw();
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
    choice.title = words(`filter.${name}`);
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
