import { api } from "../../../scripts/api.js";
import { pathBeside } from "./find.js";

/** @import { Run } from "./run.js" */

/**
 * @typedef {{filename: string, subfolder: string, type: string}} Picture
 * @typedef {{pictures: Picture[], node: any}} Preview the pictures of all frames, and who shows them
 */

// Their report is about the frames that come out, not about those that went in.
const JUDGED_BY_OUTPUT = new Set(["AnimeLoopFind", "AnimeLoopClose", "AnimeRetryEnd"]);
// They draw over the frames: what they show belongs to the report that they take, and to no other.
const DRAWING = new Set(["AnimeCharacterOverlay", "AnimeDifferencePicture"]);

/**
 * Where the frames of a node's report can be seen: the node itself, or one beside it that shows
 * exactly as many pictures of the images that came out of it or went into it, in the same run.
 *
 * As many: a preview of other length shows other frames.
 *
 * @param {any} node
 * @param {number} frames
 * @param {Run} run that gave the report
 * @param {string} path of the node in it
 * @returns {Preview | null}
 */
export function previewOf(node, frames, run, path) {
  const drawn = takers(node, "ANIME_REPORT").filter((taker) => DRAWING.has(taker.type));
  const candidates = [node, ...takers(node, "IMAGE"), ...drawn];
  if (!JUDGED_BY_OUTPUT.has(node.type)) {
    for (const source of sources(node)) {
      const showing = takers(source.node, "IMAGE").filter((taker) => !DRAWING.has(taker.type));
      candidates.push(source.node, ...showing);
    }
  }
  for (const candidate of candidates) {
    const output = run.outputs.get(pathBeside(path, candidate));
    const pictures = output?.images ?? (candidate === node && output?.anime_references);
    const animated = output?.animated?.some(Boolean); // one file with all frames in it
    if (Array.isArray(pictures) && pictures.length === frames && !animated) {
      return { pictures, node: candidate };
    }
  }
  return null;
}

/**
 * @param {Picture} picture
 * @returns {string} its address
 */
export function addressOf({ filename, subfolder, type }) {
  const query = new URLSearchParams({ filename, subfolder: subfolder ?? "", type });
  return api.apiURL(`/view?${query}`);
}

/**
 * Makes the previewing node show one of its pictures large. In Nodes 2.0 which one it shows is
 * its own affair, which nothing outside can set.
 *
 * @param {Preview} preview
 * @param {number} frame
 */
export function select(preview, frame) {
  if (preview.node.imgs?.length === preview.pictures.length) {
    preview.node.imageIndex = frame;
    preview.node.setDirtyCanvas?.(true, true);
  }
}

/**
 * Return the nodes that take an output of this one.
 *
 * @param {any} node
 * @param {string} type of the output
 * @returns {any[]}
 */
function takers(node, type) {
  const links = (node.outputs ?? [])
    .filter((/** @type {any} */ output) => output.type === type)
    .flatMap((/** @type {any} */ output) => output.links ?? []);
  return links
    .map((/** @type {any} */ id) => node.graph?.getNodeById(node.graph.getLink(id)?.target_id))
    .filter((/** @type {any} */ taker) => taker && taker !== node);
}

/**
 * Nodes that this one's pictures come from, with the output that they come from.
 *
 * @param {any} node
 */
function sources(node) {
  return (node.inputs ?? [])
    .filter((/** @type {any} */ input) => input.type === "IMAGE" && input.link != null)
    .map((/** @type {any} */ input) => node.graph?.getLink(input.link))
    .map((/** @type {any} */ link) => ({ node: link && node.graph.getNodeById(link.origin_id) }))
    .filter((/** @type {any} */ source) => source.node);
}
