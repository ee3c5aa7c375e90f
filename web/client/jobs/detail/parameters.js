/** Parameters of a job, for the job's detail. */

import { element } from "../../element.js";
import { title, words } from "../../words.js";

/**
 * Parameter of a node, as the route describes it.
 *
 * @typedef {{node_id: string, node_type: string, kind: string, name: string, written: string |
 *   null, sha256: string | null}} Param
 */

const NAMED = /** @type {const} */ ([
  "positive", "negative", "prompt", "seed", "model", "lora", "vae", "text_encoder", "controlnet",
  "sampler", "scheduler", "steps", "cfg", "guidance", "denoise", "width", "height", "frames",
  "fps", "batch", "positive_part", "negative_part", "prompt_part", "input_file",
]); // prettier-ignore

/**
 * Return the parameters of a job as a list of names and values.
 *
 * @param {Param[]} params
 */
export function parameterList(params) {
  if (params.length === 0) return [element("p", "anime-quiet", words("detail.no_parameters"))];
  const rows = params.map(({ node_id, node_type, kind, name, written, sha256 }) => {
    const value = element("dd", "", element("span", "anime-lines", written ?? ""));
    const from = words("detail.of_node", { name, node: node_id, type: node_type });
    value.append(element("div", "anime-quiet", from));
    if (sha256) value.append(element("code", "anime-quiet", `sha256 ${sha256.slice(0, 16)}…`));
    return [element("dt", "", kindText(kind)), value];
  });
  return [element("dl", "anime-facts", ...rows.flat())];
}

/**
 * Return the name of a kind of parameter.
 *
 * @param {string} kind
 */
export function kindText(kind) {
  const named = NAMED.find((each) => each === kind);
  return named ? words(`param.${named}`) : title(kind);
}
