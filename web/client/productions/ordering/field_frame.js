/** Label, hint and error around a control of the form for a production. */

import { element } from "../../element.js";
import { words } from "../../words.js";

/** @import { OrderField } from "./order_fields.js" */

/** @type {Record<string, import("../../words.js").Key>} */
const LABELS = {
  prompt: "param.prompt",
  negative_prompt: "param.negative",
  project: "ordering.project",
  character: "ordering.character",
  width: "param.width",
  height: "param.height",
  frames: "param.frames",
  fps: "param.fps",
  seed: "param.seed",
  profile: "productions.profile",
  attempts: "ordering.attempts",
  image: "ordering.picture",
};

let idCount = 0;

/** Part of the form with a label, a control, a hint and, if something is wrong, an error. */
export class FieldFrame {
  /**
   * @param {OrderField} field
   * @param {HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement | HTMLButtonElement} control
   * @param {string} hint
   */
  constructor(field, control, hint) {
    const id = `anime-order-${++idCount}`;
    this.field = field;
    this.control = control;
    control.id = id;
    this.label = element("label", "anime-label", labelOf(field));
    this.label.htmlFor = id;
    if (field.required) this.label.append(` (${words("ordering.is_needed")})`);
    this.hint = element("span", "anime-order-hint", hint);
    this.hint.id = `${id}-hint`;
    this.hint.hidden = !hint;
    this.error = element("span", "anime-order-error");
    this.error.id = `${id}-error`;
    this.error.hidden = true;
    this.box = element("div", "", control);
    this.root = element("div", "anime-order-field", this.label, this.box, this.hint, this.error);
    this.root.dataset.field = field.key;
    this.setError("");
  }

  /**
   * Display what is wrong with the value.
   *
   * @param {string} text "" if nothing is
   */
  setError(text) {
    this.error.textContent = text && `✘ ${text}`;
    this.error.hidden = !text;
    this.control.setAttribute("aria-invalid", String(Boolean(text)));
    const described = [text && this.error.id, this.hint.textContent && this.hint.id];
    this.control.setAttribute("aria-describedby", described.filter(Boolean).join(" "));
  }
}

/**
 * Return the name of a field. A parameter that only one phase has keeps the name that the phase's
 * maker gave it.
 *
 * @param {OrderField} field
 */
export function labelOf({ name }) {
  return Object.hasOwn(LABELS, name) ? words(LABELS[name]) : name.replaceAll("_", " ");
}
