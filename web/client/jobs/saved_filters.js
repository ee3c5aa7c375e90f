/** Choice of the saved sets of filters, with the buttons to save, rename and delete one. */

import { app } from "../../../scripts/app.js";
import { element } from "../element.js";
import { words } from "../words.js";
import {
  deleteFilters, LONGEST_NAME, renameFilters, savedFilters, saveFilters,
} from "./remembered.js"; // prettier-ignore

/** @typedef {Record<string, string>} FilterValues */

/** Choice of a saved set of filters. */
export class SavedFilters {
  /**
   * @param {object} owner
   * @param {() => FilterValues} owner.current filters that are set now
   * @param {(filters: FilterValues) => void} owner.apply sets filters
   */
  constructor({ current, apply }) {
    this.current = current;
    this.choice = element("select", "anime-filter");
    this.choice.setAttribute("aria-label", words("saved.label"));
    this.choice.addEventListener("change", () => {
      const saved = savedFilters().find(({ name }) => name === this.choice.value);
      if (saved) apply(saved.filters);
    });
    this.save = iconButton("pi-bookmark", words("saved.save"), () => this.#save());
    this.rename = iconButton("pi-pencil", words("saved.rename"), () => this.#rename());
    this.remove = iconButton("pi-trash", words("saved.delete"), () => this.#delete());
    this.root = element("div", "anime-saved", this.choice, this.save, this.rename, this.remove);
    this.draw();
  }

  /** Display which saved set of filters is set now, and what can be done with it. */
  draw() {
    const saved = savedFilters();
    const current = canonical(this.current());
    const chosen = saved.find(({ filters }) => canonical(filters) === current);
    const isEmpty = current === canonical({});
    const names = saved.map(({ name }) => option(name, name));
    this.choice.replaceChildren(option("", words("saved.label")), ...names);
    this.choice.value = chosen?.name ?? "";
    this.choice.classList.toggle("anime-chosen-filter", chosen !== undefined);
    this.choice.hidden = saved.length === 0;
    this.save.hidden = isEmpty || chosen !== undefined;
    this.rename.hidden = this.remove.hidden = chosen === undefined;
    this.root.hidden = saved.length === 0 && isEmpty;
  }

  async #save() {
    const name = await askForName(words("saved.save"), "");
    if (!name) return;
    await saveFilters(name, this.current());
    this.draw();
    this.choice.focus();
  }

  async #rename() {
    const { value } = this.choice;
    const name = await askForName(words("saved.rename"), value);
    if (!name) return;
    await renameFilters(value, name);
    this.draw();
    this.choice.focus();
  }

  async #delete() {
    const name = this.choice.value;
    const confirmed = await /** @type {any} */ (app).extensionManager.dialog.confirm({
      title: words("saved.delete"),
      message: words("saved.sure", { name }),
      type: "delete",
    });
    if (!confirmed) return;
    await deleteFilters(name);
    this.draw();
    (this.choice.hidden ? this.save : this.choice).focus();
  }
}

/**
 * Ask for the name of a set of filters; return "" if the user cancels.
 *
 * @param {string} title
 * @param {string} defaultValue
 */
async function askForName(title, defaultValue) {
  const { dialog } = /** @type {any} */ (app).extensionManager;
  const name = await dialog.prompt({ title, message: words("saved.name"), defaultValue });
  return typeof name === "string" ? name.trim().slice(0, LONGEST_NAME) : "";
}

/**
 * Return filters as a text that is the same for the same filters in any order.
 *
 * @param {FilterValues} filters
 */
function canonical(filters) {
  return JSON.stringify(Object.entries(filters).sort());
}

/**
 * @param {string} icon
 * @param {string} text
 * @param {() => void} act
 */
function iconButton(icon, text, act) {
  const symbol = element("i", `pi ${icon}`);
  symbol.setAttribute("aria-hidden", "true");
  const button = element("button", "anime-icon-button", symbol);
  button.type = "button";
  button.title = text;
  button.setAttribute("aria-label", text);
  button.addEventListener("click", act);
  return button;
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
