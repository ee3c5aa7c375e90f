/** Fields of the form for a production: which ones the chosen phases have, and their limits. */

/**
 * Types of phases, as the routes describe them.
 *
 * @import { Key } from "../../words.js"
 *
 * @typedef {"string" | "int" | "float" | "boolean" | "image"} Kind
 *
 * @typedef {object} PhaseParameter
 * @property {string} name
 * @property {Kind} kind
 * @property {any} default
 * @property {number | null} low
 * @property {number | null} high
 * @property {string[]} choices
 * @property {boolean} required
 * @property {string[] | null} options what this ComfyUI offers at the inputs of the parameter; null
 *   if they are no choices
 *
 * @typedef {object} PhaseDefinition
 * @property {string} id
 * @property {string} name
 * @property {string} description
 * @property {"image" | "loop" | "clip"} kind
 * @property {boolean} shipped
 * @property {Record<string, string>} takes
 * @property {string} gives
 * @property {PhaseParameter[]} parameters
 * @property {{attempts: number, approval: boolean}} policy
 * @property {string[]} missing
 *
 * @typedef {object} OrderField
 * @property {string} key key of the field's value in the form
 * @property {string} name name of the parameter
 * @property {string} phase id of the only phase that gets the value; "" for a value of all phases
 * @property {Kind} kind
 * @property {number} low
 * @property {number} high
 * @property {string[]} defaults value of each phase without the field, as texts, each once
 * @property {boolean} required
 * @property {string[] | null} options the only values that fit; null for every value
 * @property {number} longest characters of a text
 * @property {boolean} isMissing true if this ComfyUI doesn't have the default
 */

export const PICTURE = "picture"; // key of the picture or clip with which the first phase begins
const LONGEST_NAME = 200; // characters; `LONGEST_NAME` of models/jobs/job.py
const LONGEST_TEXT = 20_000; // characters; `LONGEST_TEXT` of models/production/phase_parameters.py
const LONGEST_LINE = 100; // characters; `LONGEST_LINE` of models/production/fields.py
const MOST_ATTEMPTS = 32;
// Larger whole numbers lose digits in a browser.
const MOST_WHOLE = Number.MAX_SAFE_INTEGER;

/**
 * Values that all phases with a parameter of that name and kind get, in the order of the form. The
 * routes have a field for each; their bounds are in web/server/bodies.py.
 *
 * @type {Record<string, Partial<OrderField> & {kind: Kind}>}
 */
const SHARED = {
  prompt: { kind: "string", longest: LONGEST_TEXT, required: true },
  negative_prompt: { kind: "string", longest: LONGEST_TEXT },
  project: { kind: "string", longest: LONGEST_NAME },
  character: { kind: "string", longest: LONGEST_NAME },
  width: { kind: "int", low: 16, high: 16_384 },
  height: { kind: "int", low: 16, high: 16_384 },
  frames: { kind: "int", low: 1, high: 100_000 },
  fps: { kind: "float", low: 0.1, high: 1000 },
  seed: { kind: "int", low: 0, high: MOST_WHOLE },
  profile: { kind: "string", longest: LONGEST_LINE },
};
// Fields that an order has whatever its phases are.
const ALWAYS = ["prompt", "project", "seed"];

/**
 * Return the fields that all chosen phases share, in the order of the form.
 *
 * @param {PhaseDefinition[]} phases chosen phases, in their order
 * @returns {OrderField[]}
 */
export function sharedFields(phases) {
  const fields = Object.entries(SHARED).flatMap(([name, base]) => {
    const parameters = phases.flatMap((phase) => sharedParameters(phase, name));
    if (parameters.length === 0 && !ALWAYS.includes(name)) return [];
    return [merged({ ...empty(name, base.kind), ...base }, parameters)];
  });
  const attempts = [...new Set(phases.map((phase) => String(phase.policy.attempts)))];
  const limits = { low: 1, high: MOST_ATTEMPTS, defaults: attempts };
  return [...fields, { ...empty("attempts", "int"), ...limits }];
}

/**
 * Return the fields that only one of the chosen phases has.
 *
 * @param {PhaseDefinition[]} phases chosen phases, in their order
 * @param {number} index of the phase
 * @returns {OrderField[]}
 */
export function ownFields(phases, index) {
  const phase = phases[index];
  const first = pictureOf(phases, index);
  return phase.parameters.flatMap((parameter) => {
    const { name, kind } = parameter;
    if (isShared(phase, parameter) || isHandedOver(phases, index, parameter)) return [];
    const field = { ...empty(name, kind), key: `${phase.id}.${name}`, phase: phase.id };
    if (parameter === first && index === 0) field.key = PICTURE;
    return [merged(field, [parameter])];
  });
}

/**
 * Return the parameter of a phase that takes what the phase before made; undefined without one.
 *
 * @param {PhaseDefinition[]} phases
 * @param {number} index
 */
export function pictureOf(phases, index) {
  const { parameters, takes } = phases[index];
  return parameters.find(({ name, kind }) => kind === "image" && takes[name]);
}

/**
 * Return the body of the order.
 *
 * @param {PhaseDefinition[]} phases chosen phases, in their order
 * @param {OrderField[]} fields all fields of the form
 * @param {Map<string, any>} values values by key, of the types that the routes expect; fields that
 *   are left to the phases have none
 */
export function orderBody(phases, fields, values) {
  /** @type {Record<string, any>} */
  const body = { phases: phases.map((phase) => phase.id) };
  /** @type {Record<string, Record<string, any>>} */
  const parameters = {};
  for (const { key, name, phase } of fields) {
    if (!values.has(key)) continue;
    if (phase) (parameters[phase] ??= {})[name] = values.get(key);
    else body[name] = values.get(key);
  }
  return Object.keys(parameters).length ? { ...body, parameters } : body;
}

/**
 * Return the value of a text that the user wrote into a field, or what is wrong with it.
 *
 * @param {OrderField} field
 * @param {string} text "" to leave the value to the phases
 * @returns {{value?: any, error?: Key, values?: Record<string, unknown>}}
 */
export function read(field, text) {
  const { kind, low, high, longest, options } = field;
  const trimmed = text.trim();
  if (!trimmed) return field.required ? { error: "ordering.needed" } : {};
  if (options && !options.includes(text)) return { error: "ordering.one_of" };
  if (kind === "int" || kind === "float") {
    const value = numberOf(trimmed);
    const fits = kind === "float" ? Number.isFinite(value) : Number.isSafeInteger(value);
    if (fits && low <= value && value <= high) return { value };
    const error = kind === "float" ? "ordering.a_number" : "ordering.a_whole_number";
    return { error, values: { low, high } };
  }
  if (kind === "boolean") return { value: text === "true" };
  if (text.length > longest) return { error: "ordering.too_long", values: { most: longest } };
  return { value: trimmed };
}

/** @param {string} text with a decimal point or a decimal comma */
function numberOf(text) {
  return /^[-+]?(\d+([.,]\d*)?|[.,]\d+)$/.test(text) ? Number(text.replace(",", ".")) : NaN;
}

/**
 * @param {string} name
 * @param {Kind} kind
 * @returns {OrderField}
 */
function empty(name, kind) {
  return {
    ...{ key: name, name, phase: "", kind, low: -MOST_WHOLE, high: MOST_WHOLE, defaults: [] },
    ...{ required: false, options: null, longest: LONGEST_TEXT, isMissing: false },
  };
}

/**
 * Return a field with the limits that fit all of its parameters.
 *
 * @param {OrderField} field
 * @param {PhaseParameter[]} parameters
 */
function merged(field, parameters) {
  const result = { ...field };
  const defaults = new Set();
  for (const parameter of parameters) {
    const { low, high, choices, options, required, default: value } = parameter;
    result.low = Math.max(result.low, low ?? result.low);
    result.high = Math.min(result.high, high ?? result.high);
    for (const offered of [choices.length ? choices : null, options]) {
      if (!offered) continue;
      result.options = (result.options ?? offered).filter((each) => offered.includes(each));
    }
    if (options && !required && !options.includes(String(value))) result.isMissing = true;
    if (!required && value !== "") defaults.add(String(value));
    result.required ||= required;
  }
  result.required ||= result.isMissing;
  return { ...result, defaults: [...defaults] };
}

/**
 * @param {PhaseDefinition} phase
 * @param {string} name of a shared field
 */
function sharedParameters(phase, name) {
  return phase.parameters.filter(
    (each) => isShared(phase, each) && (each.name === name || sharedName(phase, each) === name),
  );
}

/**
 * @param {PhaseDefinition} phase
 * @param {PhaseParameter} parameter
 */
function isShared(phase, parameter) {
  const name = sharedName(phase, parameter);
  return Object.hasOwn(SHARED, name) && SHARED[name].kind === parameter.kind;
}

/**
 * Return the name of the order's field that fills a parameter.
 *
 * @param {PhaseDefinition} phase
 * @param {PhaseParameter} parameter
 */
function sharedName({ takes }, { name }) {
  return takes[name] === "character" ? "character" : name;
}

/**
 * Return true if a parameter gets the file of the phase before.
 *
 * @param {PhaseDefinition[]} phases
 * @param {number} index
 * @param {PhaseParameter} parameter
 */
function isHandedOver(phases, index, { name }) {
  const source = phases[index].takes[name];
  if (index === 0 || !["image", "video"].includes(source)) return false;
  return source === "image" || phases[index - 1].gives === "video";
}
