/** Pictures of frames: the node that displays them, their URLs and their elements. */

import { api } from "../../../scripts/api.js";
import { element } from "../element.js";
import { nodeAtPath } from "./find.js";
import { inputsOf } from "./graph_links.js";
import { ownEntries } from "./own_entries.js";
import { consumersOf } from "./reach.js";

/** @import { Run } from "./run.js" */

/**
 * Types of a picture that a node wrote, and of a node with the pictures of all frames.
 *
 * @typedef {{filename: string, subfolder: string, type: string}} Picture
 * @typedef {{pictures: Picture[], node: any}} Preview `node`: the node that displays the
 *   pictures
 */

// Nodes whose report is about their output frames, not about their input frames.
export const JUDGED_BY_OUTPUT = new Set(["AnimeLoopFind", "AnimeLoopClose", "AnimeRetryEnd"]);
// Nodes that draw over the frames. Their pictures belong only to the report that they receive.
const DRAWING = new Set(["AnimeCharacterOverlay", "AnimeDifferencePicture"]);

/**
 * Return the pictures of a report's frames and the node that displays them: the node of the report,
 * or a node that displays its input or output images in the same run.
 *
 * The number of pictures must equal the number of frames; otherwise they show other frames.
 *
 * The connections are those of the run's prompt. It contains no reroutes, no Set and Get of other
 * packs and no borders of subgraphs.
 *
 * @param {any} node
 * @param {number} frames
 * @param {Run} run that produced the report
 * @param {string} path of the node in the run
 * @returns {Preview | null}
 */
export function findPreview(node, frames, run, path) {
  for (const candidate of candidatePaths(node, run, path)) {
    const viewer = candidate === path ? node : nodeAtPath(candidate);
    const output = viewer && run.outputs.get(candidate);
    const references = candidate === path && ownEntries(output?.anime_references);
    const pictures = output?.images ?? references;
    const animated = output?.animated?.some(Boolean); // one file with all frames in it
    if (Array.isArray(pictures) && pictures.length === frames && !animated) {
      return { pictures, node: viewer };
    }
  }
  return null;
}

/**
 * Return the paths of the nodes that may display a report's frames, the likeliest first.
 *
 * @param {any} node that made the report
 * @param {Run} run
 * @param {string} path of the node in the run
 * @returns {string[]}
 */
function candidatePaths(node, { graph }, path) {
  const isDrawing = (/** @type {string} */ each) => DRAWING.has(graph[each].class_type);
  const candidates = [path, ...consumersOf(graph, path, outputsOf(node, "IMAGE"))];
  candidates.push(...consumersOf(graph, path, outputsOf(node, "ANIME_REPORT")).filter(isDrawing));
  if (JUDGED_BY_OUTPUT.has(node.type)) return candidates;
  for (const slot of inputsOf(node, "IMAGE")) {
    const value = graph[path]?.inputs?.[node.inputs[slot].name];
    if (!Array.isArray(value)) continue; // not connected
    const source = String(value[0]);
    const viewers = consumersOf(graph, source, [value[1]]).filter((each) => !isDrawing(each));
    candidates.push(source, ...viewers);
  }
  return candidates;
}

/**
 * Return the URL of a picture.
 *
 * @param {Picture} picture
 * @returns {string}
 */
export function addressOf({ filename, subfolder, type }) {
  const query = new URLSearchParams({ filename, subfolder: subfolder ?? "", type });
  return api.apiURL(`/view?${query}`);
}

/**
 * Return a picture as an element.
 *
 * @param {Picture} picture
 * @param {string} text for people who don't see the picture
 */
export function pictureElement(picture, text) {
  const image = element("img");
  image.alt = text;
  // ComfyUI deletes temporary files when it ends.
  image.addEventListener("error", () => image.remove());
  image.src = addressOf(picture);
  return image;
}

/**
 * Make the previewing node display one of its pictures large. This has no effect in Nodes 2.0,
 * which keeps the chosen picture inside its component.
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
 * Return the indices of a node's outputs of this type.
 *
 * @param {any} node
 * @param {string} type
 * @returns {number[]}
 */
export function outputsOf(node, type) {
  return (node.outputs ?? []).flatMap(
    (/** @type {{type: string}} */ output, /** @type {number} */ slot) =>
      output.type === type ? [slot] : [],
  );
}
