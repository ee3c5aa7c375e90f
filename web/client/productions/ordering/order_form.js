/** Form with which a production is ordered, made from the parameters of its phases. */

import { element, useStyleSheet } from "../../element.js";
import { ActionButton } from "../../parts/action_button.js";
import { errorText, list, Message } from "../../parts/message.js";
import { callRoute, RouteError } from "../../requests.js";
import { phaseName, words } from "../../words.js";
import { labelOf } from "./field_frame.js";
import { orderBody, ownFields, PICTURE, read, sharedFields } from "./order_fields.js";
import { phasesForPicture, usualPhases } from "./phase_choice.js";
import { PhaseSteps } from "./phase_steps.js";
import { PictureField } from "./picture_field.js";
import { ValueField } from "./value_field.js";

/**
 * @import { OrderField, PhaseDefinition } from "./order_fields.js"
 * @import { StartPicture } from "./upload.js"
 *
 * @typedef {object} OrderStart what a form begins with
 * @property {StartPicture | null} [picture]
 * @property {File} [file] file that was dropped, which is uploaded
 * @property {"loop" | "clip"} [makes] what is made of the picture
 * @property {Record<string, string>} [texts] values by the key of their field
 */

useStyleSheet(new URL("./ordering.css", import.meta.url).href);

/** Form for a production: its phases, the picture it begins with, and the values of its fields. */
export class OrderForm {
  /**
   * @param {(id: string) => void} onOrdered called with the id of the production
   * @param {() => void} back
   */
  constructor(onOrdered, back) {
    this.onOrdered = onOrdered;
    this.back = back;
    /** @type {Map<string, string>} texts by the key of their field */
    this.texts = new Map();
    /** @type {Map<string, StartPicture>} pictures by the key of their field */
    this.pictures = new Map();
    /** @type {(ValueField | PictureField)[]} */
    this.fields = [];
    this.loaded = false;
    const button = element("button", "anime-back", `← ${words("productions.back")}`);
    button.type = "button";
    button.addEventListener("click", back);
    this.name = element("h2", "anime-title", words("ordering.title"));
    this.name.tabIndex = -1; // it takes the focus, so that screen readers begin at the top
    this.steps = new PhaseSteps(() => this.#drawFields());
    this.unused = element("p", "anime-order-unused");
    this.unused.setAttribute("role", "status");
    this.values = element("div", "anime-order-values");
    this.own = element("div", "anime-order-own");
    this.message = new Message();
    this.start = new ActionButton(words("ordering.start"), () => this.#send(), "primary");
    this.start.button.type = "submit";
    const foot = element("div", "anime-order-foot", this.message.root, this.start.root);
    this.form = element("form", "anime-detail-body", this.name, this.steps.root, this.unused);
    this.form.append(this.values, this.own, foot);
    this.form.noValidate = true; // the form displays its errors itself, in the editor's language
    this.form.addEventListener("submit", (event) => event.preventDefault()); // the button sends
    this.root = element("div", "anime-order", button, this.form);
    this.root.addEventListener("keydown", (event) => this.#pressed(event));
  }

  /**
   * Display the form. Without a start, what was written before is still there.
   *
   * @param {OrderStart} [start]
   */
  async show(start) {
    this.message.clear();
    try {
      const { phases } = await callRoute("/anime/phases");
      this.#fill(phases, start);
    } catch (error) {
      this.message.fail(error);
    }
    this.name.focus({ preventScroll: true });
  }

  /**
   * Use a file that was dropped as the picture with which the production begins.
   *
   * @param {File} file
   */
  take(file) {
    const field = this.fields.find((each) => each instanceof PictureField);
    if (field instanceof PictureField) field.take(file);
    else this.message.fail(new RouteError(400, "no_picture", words("ordering.picture_unused"), {}));
  }

  /**
   * @param {PhaseDefinition[]} phases
   * @param {OrderStart} [start]
   */
  #fill(phases, start) {
    const chosen = this.steps.chosen.map((each) => each.id);
    const ids = start?.makes ? phasesForPicture(phases, start.makes) : chosen;
    this.steps.fill(phases, this.loaded || start?.makes ? ids : usualPhases(phases));
    this.loaded = true;
    for (const [key, text] of Object.entries(start?.texts ?? {})) this.texts.set(key, text);
    if (start?.picture) this.pictures.set(PICTURE, start.picture);
    this.#drawFields();
    if (start?.file) this.take(start.file);
  }

  #drawFields() {
    const { chosen } = this.steps;
    const own = chosen.map((phase, index) => ({ phase, fields: ownFields(chosen, index) }));
    const first = own.flatMap(({ fields }) => fields.filter(({ key }) => key === PICTURE));
    const shared = [...first, ...sharedFields(chosen)].map((each) => this.#field(each));
    const groups = own.map(({ phase, fields }) => ({
      name: phaseName(phase.id, phase.name),
      fields: fields.filter(({ key }) => key !== PICTURE).map((each) => this.#field(each)),
    }));
    this.fields = [...shared, ...groups.flatMap((group) => group.fields)];
    this.values.replaceChildren(...shared.map((each) => each.root));
    const filled = groups.filter(({ fields }) => fields.length > 0);
    this.own.replaceChildren(...filled.map(({ name, fields }) => group(name, fields)));
    this.#markReplaced();
    const isUnused = this.pictures.has(PICTURE) && first.length === 0;
    this.unused.textContent = isUnused ? `⚠ ${words("ordering.picture_unused")}` : "";
    this.unused.hidden = !isUnused;
  }

  /**
   * @param {OrderField} field
   * @returns {ValueField | PictureField}
   */
  #field(field) {
    const { key } = field;
    if (field.kind === "image") {
      return new PictureField(field, this.pictures.get(key) ?? null, (picture) => {
        if (picture) this.pictures.set(key, picture);
        else this.pictures.delete(key);
      });
    }
    return new ValueField(field, this.texts.get(key) ?? "", (text) => {
      this.texts.set(key, text);
      if (field.isMissing) this.#markReplaced();
    });
  }

  #markReplaced() {
    const replaced = this.fields.filter(({ field, text }) => field.isMissing && text);
    this.steps.setReplaced(replaced.flatMap(({ field }) => field.defaults));
  }

  /** Send the order if all values fit; otherwise display what is wrong and go to the first one. */
  async #send() {
    this.message.clear();
    if (!this.steps.check()) return this.steps.focus();
    const wrong = this.fields.filter((field) => !checked(field));
    if (wrong.length) return this.#refuse(wrong);
    const fields = this.fields.map(({ field }) => field);
    const values = new Map();
    for (const { field, text } of this.fields) {
      const { value } = read(field, text);
      if (value !== undefined) values.set(field.key, value);
    }
    try {
      const body = orderBody(this.steps.chosen, fields, values);
      const { id } = await callRoute("/anime/orchestrate", { method: "POST", body });
      this.onOrdered(id);
    } catch (error) {
      this.#refused(error);
    }
  }

  /** @param {(ValueField | PictureField)[]} wrong */
  #refuse(wrong) {
    const names = wrong.map(({ field }) => labelOf(field));
    const text = words("ordering.wrong", { count: wrong.length });
    this.message.fail(new RouteError(400, "wrong", text, {}), list(names));
    reveal(wrong[0].control);
  }

  /**
   * Display a refusal, at its field if it names one.
   *
   * @param {unknown} error
   */
  #refused(error) {
    this.message.fail(error);
    if (!(error instanceof RouteError)) return;
    const { phase = "", parameter = error.text.values?.field } = error.more;
    const named = this.fields.filter(({ field }) => field.name === parameter);
    const field = named.find((each) => each.field.phase === phase) ?? named[0];
    if (!field) return;
    field.setError(errorText(error));
    reveal(field.control);
  }

  /**
   * Keep the keys from the editor's shortcuts. Escape goes back, but not out of a text.
   *
   * @param {KeyboardEvent} event
   */
  #pressed(event) {
    event.stopPropagation();
    if (event.key !== "Escape" || event.defaultPrevented || event.isComposing) return;
    event.preventDefault();
    const { target } = event;
    const isText = target instanceof HTMLTextAreaElement || target instanceof HTMLInputElement;
    if (isText && target.value) this.name.focus();
    else this.back();
  }
}

/** @param {ValueField | PictureField} field */
function checked(field) {
  if (field instanceof ValueField) return field.check();
  const { error } = read(field.field, field.text);
  field.setError(error ? words(error) : "");
  return !error;
}

/**
 * Return the fields of one phase, folded unless one of them must be filled in.
 *
 * @param {string} name
 * @param {(ValueField | PictureField)[]} fields
 */
function group(name, fields) {
  const summary = element("summary", "", words("ordering.more_of", { name }));
  const roots = fields.map((each) => each.root);
  const details = element("details", "", summary, element("div", "anime-order-values", ...roots));
  details.open = fields.some(({ field, text }) => field.required || text);
  return details;
}

/**
 * Give a control the focus, and open the group that it is in.
 *
 * @param {HTMLElement} control
 */
function reveal(control) {
  const details = control.closest("details");
  if (details) details.open = true;
  control.focus({ preventScroll: true });
  // The foot with the message lies over the lower end of the form.
  control.scrollIntoView?.({ block: "center" });
}
