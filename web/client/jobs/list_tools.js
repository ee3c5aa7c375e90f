/** Tools above the list of jobs: its order, the grouping by shot, and the mode to select jobs. */

import { element } from "../element.js";
import { words } from "../words.js";
import { rememberedView, rememberView } from "./remembered.js";

const ORDERS = /** @type {const} */ (["newest", "best"]);

/** Choice of the order and two switches; order and grouping are kept for the user. */
export class ListTools {
  /**
   * @param {object} owner
   * @param {() => void} owner.onChange called when the order or the grouping has changed
   * @param {(on: boolean) => void} owner.onSelecting called when the mode to select is switched
   */
  constructor({ onChange, onSelecting }) {
    const { order: rememberedOrder, isGrouped } = rememberedView();
    this.isGrouped = isGrouped;
    this.choice = element("select", "anime-filter anime-order");
    this.choice.setAttribute("aria-label", words("list.order"));
    this.choice.title = words("list.order");
    for (const order of ORDERS) {
      const option = element("option", "", words(`list.${order}`));
      option.value = order;
      this.choice.append(option);
    }
    this.choice.value = rememberedOrder;
    this.choice.addEventListener("change", () => this.#changed(onChange));
    this.group = toggle(words("list.group"), () => {
      this.isGrouped = !this.isGrouped;
      this.#changed(onChange);
    });
    this.select = toggle(words("list.select"), () => {
      onSelecting(this.select.getAttribute("aria-pressed") !== "true");
    });
    this.root = element("div", "anime-list-tools", this.choice, this.group, this.select);
    this.root.setAttribute("role", "group");
    this.root.setAttribute("aria-label", words("list.tools"));
    // The editor would treat a key as one of its shortcuts and change the graph.
    this.root.addEventListener("keydown", (event) => event.stopPropagation());
    this.#drawGrouping();
  }

  /**
   * Return the order as a parameter of the routes; none for their usual order.
   *
   * @returns {Record<string, string>}
   */
  get parameters() {
    return this.choice.value === "best" ? { order: "best" } : {};
  }

  /** @param {boolean} on true while jobs are selected */
  setSelecting(on) {
    this.select.setAttribute("aria-pressed", String(on));
  }

  /** @param {() => void} onChange */
  #changed(onChange) {
    this.#drawGrouping();
    rememberView({ order: this.choice.value, isGrouped: this.isGrouped });
    onChange();
  }

  #drawGrouping() {
    this.group.setAttribute("aria-pressed", String(this.isGrouped));
  }
}

/**
 * Return a button that is pressed or not.
 *
 * @param {string} text
 * @param {() => void} act
 */
function toggle(text, act) {
  const button = element("button", "anime-toggle", text);
  button.type = "button";
  button.setAttribute("aria-pressed", "false");
  button.addEventListener("click", act);
  return button;
}
