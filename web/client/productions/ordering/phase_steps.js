/** Chosen phases of the form for a production in their order, and the phases that can be added. */

import { element } from "../../element.js";
import { list } from "../../parts/message.js";
import { listed, phaseName, routeText, words } from "../../words.js";

/** @import { PhaseDefinition } from "./order_fields.js" */

const MOST = 16; // phases of an order; `MOST_PHASES` of models/production/request.py

/** Ordered list of phases, each with buttons to move and to remove it, and a list of the others. */
export class PhaseSteps {
  /** @param {() => void} onChange called when other phases are chosen, or in another order */
  constructor(onChange) {
    this.onChange = onChange;
    /** @type {PhaseDefinition[]} */
    this.all = [];
    /** @type {PhaseDefinition[]} */
    this.chosen = [];
    /** @type {string[]} files of the phases in whose place the user chose others */
    this.replaced = [];
    const heading = element("h3", "anime-heading", words("ordering.phases"));
    heading.id = "anime-order-phases";
    this.steps = element("ol", "anime-order-steps");
    this.steps.setAttribute("aria-labelledby", heading.id);
    this.error = element("p", "anime-order-error");
    this.error.setAttribute("role", "alert");
    this.summary = element("summary", "");
    this.others = element("ul", "anime-order-others");
    this.more = element("details", "", this.summary, this.others);
    this.root = element("section", "anime-section", heading, this.steps, this.error, this.more);
    this.root.setAttribute("aria-labelledby", heading.id);
  }

  /**
   * Display all phases, with some of them chosen.
   *
   * @param {PhaseDefinition[]} all
   * @param {string[]} ids of the chosen phases in their order
   */
  fill(all, ids) {
    this.all = all;
    this.chosen = ids.flatMap((id) => all.find((each) => each.id === id) ?? []);
    this.more.open = this.chosen.length === 0;
    this.#draw();
  }

  /**
   * Don't display files as missing in whose place the user has chosen others.
   *
   * @param {string[]} names of the files
   */
  setReplaced(names) {
    if (String(names) === String(this.replaced)) return;
    this.replaced = names;
    this.#draw();
  }

  /** Display whether phases are chosen; return true if some are. */
  check() {
    this.error.textContent = this.chosen.length ? "" : `✘ ${words("ordering.no_phase")}`;
    this.error.hidden = this.chosen.length > 0;
    return this.chosen.length > 0;
  }

  focus() {
    this.summary.focus();
  }

  /**
   * @param {PhaseDefinition[]} chosen
   * @param {() => HTMLElement | null | undefined} findFocus returns the element that gets the focus
   */
  #choose(chosen, findFocus) {
    this.chosen = chosen;
    this.#draw();
    this.onChange();
    (findFocus() ?? this.summary).focus();
  }

  #draw() {
    const { chosen } = this;
    this.error.hidden = true;
    this.steps.replaceChildren(...chosen.map((phase, index) => this.#step(phase, index)));
    const rest = this.all.filter((each) => !chosen.includes(each));
    this.more.hidden = rest.length === 0 || chosen.length >= MOST;
    this.summary.textContent = words("ordering.add_phase", { count: rest.length });
    this.others.replaceChildren(...rest.map((phase) => this.#other(phase)));
  }

  /**
   * @param {PhaseDefinition} phase
   * @param {number} index
   */
  #step(phase, index) {
    const name = phaseName(phase.id, phase.name);
    const last = this.chosen.length - 1;
    const move = (/** @type {number} */ to) => {
      const moved = this.chosen.filter((each) => each !== phase);
      moved.splice(to, 0, phase);
      const [side, other] = to < index ? ["up", "down"] : ["down", "up"];
      this.#choose(moved, () => this.#button(to, side) ?? this.#button(to, other));
    };
    const remove = () => {
      const rest = this.chosen.filter((each) => each !== phase);
      this.#choose(rest, () => this.#button(Math.min(index, rest.length - 1), "remove"));
    };
    const buttons = element("span", "anime-order-buttons");
    if (index > 0) {
      buttons.append(button("up", "↑", words("ordering.earlier", { name }), () => move(index - 1)));
    }
    if (index < last) {
      buttons.append(button("down", "↓", words("ordering.later", { name }), () => move(index + 1)));
    }
    buttons.append(button("remove", "✕", words("ordering.remove", { name }), remove));
    const title = element("strong", "", `${index + 1}. ${name}`);
    const head = element("div", "anime-order-head", title, kindMark(phase), buttons);
    const stillMissing = phase.missing.filter((part) => !isReplaced(part, this.replaced));
    return element("li", "anime-card", head, ...missingParts(stillMissing));
  }

  /** @param {PhaseDefinition} phase */
  #other(phase) {
    const name = phaseName(phase.id, phase.name);
    const add = button("add", "+", words("ordering.add", { name }), () => {
      const index = this.chosen.length;
      this.more.open = false;
      this.#choose([...this.chosen, phase], () => this.#button(index, "remove"));
    });
    const head = element("div", "anime-order-head", element("strong", "", name), kindMark(phase));
    head.append(element("span", "anime-order-buttons", add));
    const { id, description } = phase;
    // The shipped phases have descriptions in the editor's language.
    const about = phase.shipped ? words(/** @type {any} */ (`ordering.about_${id}`)) : description;
    const item = element("li", "anime-card", head);
    if (about) item.append(element("div", "anime-quiet", about));
    const needs = needsOf(phase);
    if (needs) item.append(element("div", "anime-quiet", needs));
    item.append(...missingParts(phase.missing));
    return item;
  }

  /**
   * @param {number} index of a step
   * @param {string} action
   * @returns {HTMLElement | null}
   */
  #button(index, action) {
    const step = this.steps.children[index];
    return step ? step.querySelector(`[data-action="${action}"]`) : null;
  }
}

/**
 * @param {string} action
 * @param {string} symbol
 * @param {string} label
 * @param {() => void} act
 */
function button(action, symbol, label, act) {
  const created = element("button", "anime-order-button", symbol);
  created.type = "button";
  created.dataset.action = action;
  created.title = label;
  created.setAttribute("aria-label", label);
  created.addEventListener("click", act);
  return created;
}

/** @param {PhaseDefinition} phase */
function kindMark({ kind }) {
  return element("span", "anime-tag", words(`ordering.kind_${kind}`));
}

/**
 * Return what an order has to give a phase, as a sentence; "" for nothing.
 *
 * @param {PhaseDefinition} phase
 */
function needsOf({ parameters, takes }) {
  const required = parameters.filter((each) => each.required);
  const needs = [];
  if (required.some(({ name }) => name === "character" || takes[name] === "character")) {
    needs.push(words("ordering.a_character"));
  }
  if (required.some(({ kind }) => kind === "image")) needs.push(words("ordering.a_picture"));
  return needs.length ? words("ordering.needs", { what: listed(needs) }) : "";
}

/** @param {string[]} missing names of the missing parts */
function missingParts(missing) {
  if (missing.length === 0) return [];
  const text = element("div", "", `⚠ ${words("ordering.missing", { count: missing.length })}`);
  return [element("div", "anime-order-missing", text, list(missing.map(missingText)))];
}

/**
 * Return the name of a missing part in the editor's language.
 *
 * @param {string} part such as `models/vae/wan.safetensors`, or `node RIFE`
 */
function missingText(part) {
  const [, node] = /^node (.+)$/.exec(part) ?? [];
  return node ? routeText("ordering.missing_node", part, { node }) : part;
}

/**
 * Return true if a missing part is one of some files or options.
 *
 * @param {string} part such as `models/vae/wan.safetensors` or `KSampler.scheduler "strange"`
 * @param {string[]} names
 */
function isReplaced(part, names) {
  return names.some((name) => part.endsWith(`/${name}`) || part.endsWith(` "${name}"`));
}
