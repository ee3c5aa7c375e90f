import { element } from "../element.js";
import { ask, RouteError } from "../requests.js";
import { look } from "../report/verdicts.js";
import { words } from "../words.js";
import { STATES } from "./job.js";

const TYPING = 250; // milliseconds without a key
const VERDICTS = ["PASS", "FAIL", "NOT_MEASURED"];
const NONE = "none";

/** @typedef {"project" | "character" | "state" | "verdict"} Choice */

/** What narrows the list: a text and four choices. */
export class Filters {
  #typing = 0;

  /** @param {() => void} changed */
  constructor(changed) {
    this.changed = changed;
    this.text = element("input", "anime-search");
    this.text.type = "search";
    this.text.placeholder = words("filter.text");
    this.text.setAttribute("aria-label", words("filter.text"));
    this.text.maxLength = 1000;
    this.text.addEventListener("input", () => {
      clearTimeout(this.#typing);
      this.#typing = setTimeout(() => this.#set(), TYPING);
    });
    this.choices = {
      project: this.#choice("project", []),
      character: this.#choice("character", []),
      state: this.#choice("state", STATES.map((each) => [each, words(`state.${each}`)])),
      verdict: this.#choice("verdict", [
        ...VERDICTS.map((each) => [each, look(each).word]),
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
    // The editor's own keys would act on the graph.
    this.root.addEventListener("keydown", (event) => event.stopPropagation());
    this.#drawClear();
  }

  /**
   * As the route takes them.
   *
   * @returns {Record<string, string>}
   */
  get values() {
    const chosen = Object.entries(this.choices).map(([name, { value }]) => [name, value]);
    const given = [...chosen, ["text", this.text.value.trim()]];
    return Object.fromEntries(given.filter(([, value]) => value));
  }

  get active() {
    return Object.keys(this.values).length > 0;
  }

  /** All jobs again. */
  reset() {
    this.text.value = "";
    for (const choice of Object.values(this.choices)) choice.value = "";
    this.#set();
  }

  /** Ask for the names that there are to choose from. */
  async loadNames() {
    try {
      const { projects } = await ask("/anime/projects");
      const { characters } = await ask("/anime/characters");
      offer(this.choices.project, projects.map(named));
      offer(this.choices.character, characters.map(named));
    } catch (error) {
      if (!(error instanceof RouteError)) throw error; // the list says what is wrong
    }
  }

  #set() {
    clearTimeout(this.#typing);
    this.#drawClear();
    this.changed();
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
    choice.addEventListener("change", () => this.#set());
    return choice;
  }
}

/** @param {{name: string}} row */
function named({ name }) {
  return name;
}

/**
 * @param {HTMLSelectElement} choice
 * @param {string[]} names
 */
function offer(choice, names) {
  const wanted = [...new Set([...names, choice.value])].filter(Boolean);
  const there = [...choice.options].slice(1).map(({ value }) => value);
  if (JSON.stringify(wanted) === JSON.stringify(there)) return; // it may be open
  const { value } = choice;
  choice.replaceChildren(choice.options[0], ...wanted.map((name) => option(name, name)));
  choice.value = value;
}

/**
 * @param {string} value
 * @param {string} text
 */
function option(value, text) {
  const made = element("option", "", text);
  made.value = value;
  return made;
}
