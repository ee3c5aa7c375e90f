import { api } from "../../scripts/api.js";
import { app } from "../../scripts/app.js";

/**
 * Every word that the pack's own parts of the editor say, by its key in `locales/en/main.json`.
 *
 * @typedef {(typeof import("../../locales/en/main.json"))["animeProduction"]["words"]} Words
 * @typedef {keyof Words} Key
 *
 * @typedef {Record<Section, Record<string, string>>} Texts
 * @typedef {"words" | "reasons" | "refusals" | "subjects" | "measurements" | "units" | "phases"} Section
 *
 * @typedef {{name?: string, reason_code: string, reason_values?: Record<string, unknown>,
 *   reason: string}} Reason `name`: of the measurement whose it is
 */

const SOURCE = "en";

// `{value} {unit}`, `{value}`, or `{value|form for 1|form for every other number}`; models/reasons.py
// has the same.
const PLACEHOLDER = /\{(\w+)\} \{unit\}|\{(\w+)(?:\|([^{}|]*)\|([^{}|]*))?\}/g;

/** @type {Record<string, Texts>} */
const TEXTS = await load();

/** The language that the editor speaks. */
export function language() {
  const chosen = /** @type {any} */ (app).extensionManager?.setting?.get("Comfy.Locale");
  return typeof chosen === "string" && chosen ? chosen : SOURCE;
}

/**
 * A text of the editor.
 *
 * @param {Key} key
 * @param {Record<string, unknown>} [values] what its placeholders stand for
 */
export function words(key, values = {}) {
  return filled(text("words", key) ?? key, values);
}

/**
 * What a route wrote in English: in the editor's language where that has a text for its code.
 *
 * @param {string} key such as `kept.outside`
 * @param {string} english what was written
 * @param {Record<string, unknown>} [values] what placeholders of the text stand for
 */
export function told(key, english, values = {}) {
  const template = TEXTS[language()]?.words?.[key];
  return language() === SOURCE || !template ? english : filled(template, values);
}

/**
 * Why a route refused, in the editor's language; in English where that has no text for it.
 *
 * @param {{key?: string, values?: Record<string, unknown>}} refusal
 * @param {string} english
 */
export function refusalText({ key = "", values = {} }, english) {
  const template = TEXTS[language()]?.refusals?.[key];
  if (language() === SOURCE || !template) return english;
  const state = text("words", `state.${values.state}`);
  return filled(template, state ? { ...values, state } : values);
}

/**
 * A reason in the editor's language; in English, as it was written down, where that has none or
 * names a value that was not recorded, as in reports of earlier versions.
 *
 * @param {Reason} given
 */
export function reasonText({ name, reason_code: code, reason_values: values, reason }) {
  const template = TEXTS[language()]?.reasons?.[code];
  if (language() === SOURCE || !template || !values) return reason;
  if (!isComplete(template, values)) return reason;
  const said = { ...values };
  if (name && "measure" in said) said.measure = title(name);
  if (said.who === "") said.who = words("productions.somebody");
  return filled(template, said);
}

/**
 * A reason with the measurement whose it is.
 *
 * @param {Reason} given
 */
export function namedReason(given) {
  return given.name ? labelled(title(given.name), reasonText(given)) : reasonText(given);
}

/**
 * A measured number as people read it.
 *
 * @param {number} value
 * @param {string} [unit]
 * @param {number} [digits] that count
 */
export function number(value, unit = "", digits = 3) {
  const format = { maximumSignificantDigits: digits };
  const shown = new Intl.NumberFormat(language(), format).format(value);
  return unit ? withUnit(shown, unit) : shown;
}

/**
 * A text with its unit behind.
 *
 * @param {string} shown
 * @param {string} unit as measurements have it
 */
export function withUnit(shown, unit) {
  const name = unitName(unit, shown);
  if (!name) return shown;
  return name.startsWith("（") ? shown + name : `${shown} ${name}`;
}

/**
 * A unit as people read it, in the form for a number; empty if the unit says nothing.
 *
 * @param {string} unit as measurements have it
 * @param {string} [shown] the number that stands before it
 */
export function unitName(unit, shown = "") {
  const [one, other = one] = (text("units", unit) ?? unit).split("|");
  return shown === "1" ? one : other;
}

/**
 * A measurement's unit, or nothing if the measurement's name says the unit already.
 *
 * @param {{name: string, unit: string}} measurement
 */
export function unitBeside({ name, unit }) {
  const [what] = name.split(": ")[0].split(".").reverse();
  const shown = spoken("measurements", what).toLowerCase();
  const forms = (text("units", unit) ?? unit).toLowerCase().split("|");
  const bare = forms.map((form) => form.replace(/^（(.*)）$/, "$1"));
  return bare.some((form) => shown.includes(form)) ? "" : unit;
}

/**
 * A measured number with the unit that stands beside the measurement's name. It has three digits
 * that count, or more if the three are on the limit's other side.
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
 * @param {{better?: string, threshold?: number | number[] | null}} measurement
 * @param {number} value
 */
function passes({ better, threshold = null }, value) {
  if (threshold === null) return true;
  if (Array.isArray(threshold)) return threshold[0] <= value && value <= threshold[1];
  return better === "lower" ? value <= threshold : value >= threshold;
}

/**
 * A measurement's name as people read it: `loop.seam_position` is "loop: seam position".
 *
 * @param {string} name with a subject in front where reports are merged, and with a character's
 *   name behind where there are several
 */
export function title(name) {
  const [measured, ...whose] = name.split(": ");
  const [what, ...subject] = measured.split(".").reverse();
  const said = subject.reverse().map((each) => subjectName(each));
  return labelled(...said, spoken("measurements", what), ...whose);
}

/**
 * Texts of which each says what the next one is about: "loop: seam position".
 *
 * @param {...string} texts
 */
export function labelled(...texts) {
  return texts.reduceRight((text, name) => words("text.labelled", { name, text }));
}

/**
 * What a report is of.
 *
 * @param {string} subject
 */
export function subjectName(subject) {
  return spoken("subjects", subject);
}

/**
 * A phase of a production: those that come with the pack are translated.
 *
 * @param {string} id
 * @param {string} [name] as its definition has it
 */
export function phaseName(id, name = id) {
  return text("phases", id) ?? name;
}

/**
 * A name of the pack's own; a number behind it tells several apart.
 *
 * @param {Section} section
 * @param {string} name
 */
function spoken(section, name) {
  const known = text(section, name);
  if (known) return known;
  const [, first, count] = /^(.*)_(\d+)$/.exec(name) ?? [];
  const named = first && text(section, first);
  return named ? `${named} ${count}` : name.replaceAll("_", " ");
}

/**
 * @param {Section} section
 * @param {string} key
 * @returns {string | undefined} in the editor's language, else in English
 */
function text(section, key) {
  for (const texts of [TEXTS[language()], TEXTS[SOURCE]]) {
    if (texts?.[section] && Object.hasOwn(texts[section], key)) return texts[section][key];
  }
  return undefined;
}

/**
 * @param {string} template
 * @param {Record<string, unknown>} values
 */
function filled(template, values) {
  return template.replace(PLACEHOLDER, (whole, measured, name, one, other) => {
    if (measured) {
      return isComplete(whole, values)
        ? withUnit(String(values[measured]), String(values.unit))
        : whole;
    }
    if (!Object.hasOwn(values, name)) return whole;
    const shown = String(values[name]);
    if (one === undefined) return shown;
    return shown === "1" ? one : other;
  });
}

/**
 * @param {string} template
 * @param {Record<string, unknown>} values
 * @returns {boolean} true if every placeholder of a text has its value
 */
function isComplete(template, values) {
  return [...template.matchAll(PLACEHOLDER)].every(([, measured, name]) =>
    (measured ? [measured, "unit"] : [name]).every((each) => Object.hasOwn(values, each)),
  );
}

/** What ComfyUI serves of `locales`; without it, the words are their keys and the parts work. */
async function load() {
  try {
    const served = await (await api.fetchApi("/i18n")).json();
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
