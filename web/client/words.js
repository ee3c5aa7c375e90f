/** Texts, numbers and units in the editor's language, for all parts of the client. */

import { api } from "../../scripts/api.js";
import { app } from "../../scripts/app.js";
import { PATIENT } from "./requests.js";

/**
 * Texts that the pack's own parts of the editor display, by their keys in `locales/en/main.json`.
 *
 * @typedef {(typeof import("../../locales/en/main.json"))["animeProduction"]["words"]} Words
 * @typedef {keyof Words} Key
 *
 * @typedef {Record<Section, Record<string, string>>} Texts
 * @typedef {"words" | "reasons" | "notes" | "refusals" | "subjects" | "measurements" | "units" |
 *   "phases" | "weights" | "licences"} Section
 *
 * @typedef {{name?: string, reason_code: string, reason_values?: Record<string, unknown>,
 *   reason: string}} Reason `name`: name of the measurement that the reason belongs to
 *
 * @typedef {{code: string, values: Record<string, unknown>, text: string}} Note `text`: the note
 *   in English
 */

const SOURCE = "en";

// `{value} {unit}`, `{value}`, or `{value|form for 1|form for every other number}`.
// models/reasons.py has the same pattern.
const PLACEHOLDER = /\{(\w+)\} \{unit\}|\{(\w+)(?:\|([^{}|]*)\|([^{}|]*))?\}/g;

/** @type {Record<string, Texts>} */
const TEXTS = await load();

/** Return the code of the editor's language, such as `ja`. */
export function language() {
  const chosen = /** @type {any} */ (app).extensionManager?.setting?.get("Comfy.Locale");
  return typeof chosen === "string" && chosen ? chosen : SOURCE;
}

/**
 * Return a text in the editor's language.
 *
 * @param {Key} key
 * @param {Record<string, unknown>} [values] values of the text's placeholders
 */
export function words(key, values = {}) {
  return fillPlaceholders(lookUp("words", key) ?? key, values);
}

/**
 * Return a route's text in the editor's language, or in English if the language lacks the key.
 *
 * @param {string} key such as `kept.outside`
 * @param {string} english the route's text
 * @param {Record<string, unknown>} [values] values of the text's placeholders
 */
export function routeText(key, english, values = {}) {
  const template = TEXTS[language()]?.words?.[key];
  return language() === SOURCE || !template ? english : fillPlaceholders(template, values);
}

/**
 * Return the sentence of a refusal in the editor's language, or in English if the language lacks
 * it.
 *
 * @param {{key?: string, values?: Record<string, unknown>}} refusal
 * @param {string} english
 */
export function refusalText({ key = "", values = {} }, english) {
  const template = TEXTS[language()]?.refusals?.[key];
  if (language() === SOURCE || !template) return english;
  const state = lookUp("words", `state.${values.state}`);
  return fillPlaceholders(template, state ? { ...values, state } : values);
}

/**
 * Return a reason in the editor's language. Return the recorded English text if the language has no
 * text for the reason, or if an earlier version of the pack did not record a value that it needs.
 *
 * @param {Reason} recorded
 */
export function reasonText({ name, reason_code: code, reason_values: values, reason }) {
  const template = TEXTS[language()]?.reasons?.[code];
  if (language() === SOURCE || !template || !values) return reason;
  if (!isComplete(template, values)) return reason;
  const displayed = { ...values };
  if (name && "measure" in displayed) displayed.measure = title(name);
  if (displayed.who === "") displayed.who = words("productions.somebody");
  return fillPlaceholders(template, displayed);
}

/**
 * Return a text of a route that a section of the texts translates, or in English if the language
 * lacks it.
 *
 * @param {Section} section
 * @param {string} key
 * @param {string} english the route's text
 */
export function translated(section, key, english) {
  if (language() === SOURCE) return english;
  return TEXTS[language()]?.[section]?.[key] ?? english;
}

/**
 * Return a note on a saved file in the editor's language, or in English if the language lacks it.
 *
 * @param {Note} note
 */
export function noteText({ code, values, text }) {
  const template = TEXTS[language()]?.notes?.[code];
  return language() === SOURCE || !template ? text : fillPlaceholders(template, values);
}

/**
 * Return a reason with the name of its measurement in front.
 *
 * @param {Reason} reason
 */
export function namedReason(reason) {
  return reason.name ? labelled(title(reason.name), reasonText(reason)) : reasonText(reason);
}

/**
 * Return a number in the format of the editor's language, with its unit.
 *
 * @param {number} value
 * @param {string} [unit]
 * @param {number} [digits] largest number of significant digits
 */
export function number(value, unit = "", digits = 3) {
  const format = { maximumSignificantDigits: digits };
  const formatted = new Intl.NumberFormat(language(), format).format(value);
  return unit ? withUnit(formatted, unit) : formatted;
}

/**
 * Return a formatted number with its unit behind.
 *
 * @param {string} formatted
 * @param {string} unit of a measurement
 */
export function withUnit(formatted, unit) {
  const name = unitName(unit, formatted);
  if (!name) return formatted;
  return name.startsWith("（") ? formatted + name : `${formatted} ${name}`;
}

/**
 * Return a unit in the editor's language, in the form for a number; empty for a unit without a
 * text.
 *
 * @param {string} unit of a measurement
 * @param {string} [formatted] the number before the unit
 */
export function unitName(unit, formatted = "") {
  const [one, other = one] = (lookUp("units", unit) ?? unit).split("|");
  return formatted === "1" ? one : other;
}

/**
 * Return a measurement's unit, or "" if the measurement's name contains the unit.
 *
 * @param {{name: string, unit: string}} measurement
 */
export function unitBeside({ name, unit }) {
  const [measure] = name.split(": ")[0].split(".").reverse();
  const displayedName = translatedName("measurements", measure).toLowerCase();
  const forms = (lookUp("units", unit) ?? unit).toLowerCase().split("|");
  const bare = forms.map((form) => form.replace(/^（(.*)）$/, "$1"));
  return bare.some((form) => displayedName.includes(form)) ? "" : unit;
}

/**
 * Return a measured number, with its unit unless the measurement's name contains the unit.
 *
 * The number has three significant digits. It has more, up to six, if rounding would move it to the
 * other side of the threshold.
 *
 * @param {{name: string, unit: string, better?: string,
 *   threshold?: number | number[] | null}} measurement
 * @param {number} value
 */
export function valueOf(measurement, value) {
  const digits = [3, 4, 5, 6].find(
    (count) => passes(measurement, Number(value.toPrecision(count))) === passes(measurement, value),
  );
  return number(value, unitBeside(measurement), digits);
}

/**
 * Return true if a value passes the threshold of its measurement.
 *
 * @param {{better?: string, threshold?: number | number[] | null}} measurement
 * @param {number} value
 */
function passes({ better, threshold = null }, value) {
  if (threshold === null) return true;
  if (Array.isArray(threshold)) return threshold[0] <= value && value <= threshold[1];
  return better === "lower" ? value <= threshold : value >= threshold;
}

/**
 * Return a measurement's name in the editor's language: "loop: seam position" for
 * `loop.seam_position`.
 *
 * @param {string} name of the measurement. If reports are merged, the subject is in front of it; if
 *   there are several characters, the character's name is behind it.
 */
export function title(name) {
  const [path, ...characters] = name.split(": ");
  const [measure, ...subjects] = path.split(".").reverse();
  const subjectNames = subjects.reverse().map((subject) => subjectName(subject));
  return labelled(...subjectNames, translatedName("measurements", measure), ...characters);
}

/**
 * Join texts, each as the label of the next one: "loop: seam position".
 *
 * @param {...string} texts
 */
export function labelled(...texts) {
  return texts.reduceRight((text, name) => words("text.labelled", { name, text }));
}

/**
 * Join texts to a list in the editor's language: "seam position and seam colour".
 *
 * @param {string[]} texts
 */
export function listed(texts) {
  return new Intl.ListFormat(language(), { type: "conjunction" }).format(texts);
}

/**
 * Return the subject of a report in the editor's language.
 *
 * @param {string} subject
 */
export function subjectName(subject) {
  return translatedName("subjects", subject);
}

/**
 * Return the name of a phase; the phases that come with the pack are translated.
 *
 * @param {string} id
 * @param {string} [name] in the phase's definition
 */
export function phaseName(id, name = id) {
  return lookUp("phases", id) ?? name;
}

/**
 * Return a name of the pack in the editor's language; a number at its end is kept (`loop_2`).
 *
 * @param {Section} section
 * @param {string} name
 */
function translatedName(section, name) {
  const whole = lookUp(section, name);
  if (whole) return whole;
  const [, stem, count] = /^(.*)_(\d+)$/.exec(name) ?? [];
  const translated = stem && lookUp(section, stem);
  return translated ? `${translated} ${count}` : name.replaceAll("_", " ");
}

/**
 * Return the text of a key in the editor's language, else in English, else undefined.
 *
 * @param {Section} section
 * @param {string} key
 * @returns {string | undefined}
 */
function lookUp(section, key) {
  for (const texts of [TEXTS[language()], TEXTS[SOURCE]]) {
    if (texts?.[section] && Object.hasOwn(texts[section], key)) return texts[section][key];
  }
  return undefined;
}

/**
 * Fill the placeholders of a text; a placeholder without a value stays.
 *
 * @param {string} template
 * @param {Record<string, unknown>} values
 */
function fillPlaceholders(template, values) {
  return template.replace(PLACEHOLDER, (whole, measured, name, one, other) => {
    if (measured) {
      return isComplete(whole, values)
        ? withUnit(String(values[measured]), String(values.unit))
        : whole;
    }
    if (!Object.hasOwn(values, name)) return whole;
    const value = String(values[name]);
    if (one === undefined) return value;
    return value === "1" ? one : other;
  });
}

/**
 * Return true if every placeholder of a text has a value.
 *
 * @param {string} template
 * @param {Record<string, unknown>} values
 */
function isComplete(template, values) {
  return [...template.matchAll(PLACEHOLDER)].every(([, measured, name]) =>
    (measured ? [measured, "unit"] : [name]).every((each) => Object.hasOwn(values, each)),
  );
}

/**
 * Load the pack's texts, which ComfyUI serves from `locales`. If that fails, the keys are displayed
 * instead of the texts and the pack's parts still work.
 */
async function load() {
  try {
    const served = await (await api.fetchApi("/i18n", PATIENT)).json();
    return Object.fromEntries(
      Object.entries(served).flatMap(([name, texts]) =>
        texts?.animeProduction ? [[name, texts.animeProduction]] : [],
      ),
    );
  } catch (error) {
    console.error("Anime Production: the texts can't be loaded:", error);
    return {};
  }
}
