/** Field for a text, a number or a choice of the form for a production. */

import { element } from "../../element.js";
import { words } from "../../words.js";
import { FieldFrame } from "./field_frame.js";
import { read } from "./order_fields.js";

/** @import { OrderField } from "./order_fields.js" */

const LONG_TEXTS = { prompt: 3, negative_prompt: 2 }; // lines of the box

/** Field with a box for a text or a number, or with a list of choices. */
export class ValueField extends FieldFrame {
  /**
   * @param {OrderField} field
   * @param {string} text its value as the user wrote it; "" to leave it to the phases
   * @param {(text: string) => void} onChange
   */
  constructor(field, text, onChange) {
    super(field, controlOf(field), hintOf(field));
    const control = /** @type {HTMLInputElement} */ (this.control);
    control.className = "anime-input anime-order-control";
    control.value = text;
    if (control.value !== text) control.value = ""; // a choice that isn't there any more
    control.setAttribute("aria-required", String(field.required));
    control.addEventListener("input", () => {
      onChange(control.value);
      if (!this.error.hidden) this.check(); // an error goes as soon as the value is right
    });
    control.addEventListener("change", () => this.check());
  }

  get text() {
    return /** @type {HTMLInputElement} */ (this.control).value;
  }

  /** Display what is wrong with the value; return true if nothing is. */
  check() {
    const { error, values } = read(this.field, this.text);
    this.setError(error ? words(error, values) : "");
    return !error;
  }
}

/** @param {OrderField} field */
function controlOf(field) {
  const { name, kind, options, defaults, required, isMissing } = field;
  const byItself = defaults.join(" · ");
  if (options || kind === "boolean") {
    const own = required || isMissing ? "ordering.choose" : "ordering.by_itself";
    const unset = element("option", "", words(own, { value: byItself }));
    unset.value = "";
    const choices = options ?? ["true", "false"];
    return element("select", "", unset, ...choices.map((value) => choice(kind, value)));
  }
  const isLong = Object.hasOwn(LONG_TEXTS, name);
  const control = element(isLong ? "textarea" : "input");
  if (control instanceof HTMLTextAreaElement) {
    control.rows = LONG_TEXTS[/** @type {keyof typeof LONG_TEXTS} */ (name)];
  } else {
    control.type = "text";
    if (kind !== "string") control.inputMode = kind === "int" ? "numeric" : "decimal";
    control.autocomplete = "off";
  }
  control.spellcheck = false;
  control.placeholder = name === "seed" ? words("ordering.random") : byItself;
  return control;
}

/**
 * @param {string} kind
 * @param {string} value
 */
function choice(kind, value) {
  const word = value === "true" ? "ordering.yes" : "ordering.no";
  const option = element("option", "", kind === "boolean" ? words(word) : value);
  option.value = value;
  return option;
}

/** @param {OrderField} field */
function hintOf({ name, kind, low, high, options, isMissing, defaults }) {
  if (options?.length === 0) {
    return words(name === "character" ? "ordering.no_character" : "ordering.no_option");
  }
  if (isMissing) return words("ordering.other_one", { value: defaults.join(" · ") });
  if (name === "seed" || (kind !== "int" && kind !== "float")) return "";
  return words("ordering.from_to", { low, high });
}
