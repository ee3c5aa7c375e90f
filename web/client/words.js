import { api } from "../../scripts/api.js";
import { app } from "../../scripts/app.js";

/**
 * Every word that the pack's own parts of the editor say, by its key in `locales/en/main.json`.
 *
 * @typedef {(typeof import("../../locales/en/main.json"))["animeProduction"]["words"]} Words
 * @typedef {keyof Words} Key
 *
 * @typedef {{words: Record<string, string>, reasons: Record<string, string>}} Texts
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
  return filled(TEXTS[language()]?.words[key] ?? TEXTS[SOURCE]?.words[key] ?? key, values);
}

/**
 * A reason in the editor's language; in English, as it was written down, where that has none.
 *
 * @param {{reason_code: string, reason_values?: Record<string, unknown>, reason: string}} given
 */
export function reasonText({ reason_code: code, reason_values: values, reason }) {
  const template = TEXTS[language()]?.reasons[code];
  return language() === SOURCE || !template || !values ? reason : filled(template, values);
}

/**
 * A measured number as people read it.
 *
 * @param {number} value
 * @param {string} [unit]
 */
export function number(value, unit = "") {
  const shown = new Intl.NumberFormat(language(), { maximumSignificantDigits: 3 }).format(value);
  return unit ? `${shown} ${unit}` : shown;
}

/**
 * A measurement's name as people read it: `loop.seam_position` is "loop: seam position".
 *
 * @param {string} name
 */
export function title(name) {
  return name.replace(".", ": ").replaceAll("_", " ");
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
