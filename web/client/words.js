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
 * A reason in the editor's language; in English, as it was written down, where that has none.
 *
 * @param {Reason} given
 */
export function reasonText({ name, reason_code: code, reason_values: values, reason }) {
  const template = TEXTS[language()]?.reasons?.[code];
  if (language() === SOURCE || !template || !values) return reason;
  const said = { ...values };
  if (typeof said.unit === "string") said.unit = unitName(said.unit);
  if (name && "measure" in said) said.measure = title(name);
  if (said.who === "") said.who = words("productions.somebody");
  return filled(template, said).replaceAll(" （", "（");
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
 */
export function number(value, unit = "") {
  const shown = new Intl.NumberFormat(language(), { maximumSignificantDigits: 3 }).format(value);
  return unit ? withUnit(shown, unit) : shown;
}

/**
 * A text with its unit behind.
 *
 * @param {string} shown
 * @param {string} unit as measurements have it
 */
export function withUnit(shown, unit) {
  const name = unitName(unit);
  return name.startsWith("（") ? shown + name : `${shown} ${name}`;
}

/** @param {string} unit */
export function unitName(unit) {
  return text("units", unit) ?? unit;
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
  return template.replace(/\{(\w+)\}/g, (whole, name) =>
    Object.hasOwn(values, name) ? String(values[name]) : whole,
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
