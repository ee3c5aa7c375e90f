/** Pictures of frames: the node that displays them, their URLs and their elements. */

import { api } from "../../../scripts/api.js";
import { element } from "../element.js";
import { siblingPath } from "./find.js";
import { ownEntries } from "./own_entries.js";
import { inputsOf } from "./graph_links.js";

/** @import { Run } from "./run.js" */

/**
 * Types of a picture that a node wrote, and of a node with the pictures of all frames.
 *
 * @typedef {{filename: string, subfolder: string, type: string}} Picture
 * @typedef {{pictures: Picture[], node: any}} Preview `node`: the node that displays the
 *   pictures
 */

// Nodes whose report is about their output frames, not about their input frames.
const JUDGED_BY_OUTPUT = new Set(["AnimeLoopFind", "AnimeLoopClose", "AnimeRetryEnd"]);
// Nodes that draw over the frames. Their pictures belong only to the report that they receive.
const DRAWING = new Set(["AnimeCharacterOverlay", "AnimeDifferencePicture"]);

/**
 * Return the pictures of a report's frames and the node that displays them: the node of the report,
 * or a node that displays its input or output images in the same run.
 *
 * The number of pictures must equal the number of frames; otherwise they show other frames.
 *
 * @param {any} node
 * @param {number} frames
 * @param {Run} run that produced the report
 * @param {string} path of the node in the run
 * @returns {Preview | null}
 */
export function findPreview(node, frames, run, path) {
  const drawn = consumersOf(node, "ANIME_REPORT").filter((consumer) => DRAWING.has(consumer.type));
  const candidates = [node, ...consumersOf(node, "IMAGE"), ...drawn];
  if (!JUDGED_BY_OUTPUT.has(node.type)) {
    for (const source of sources(node)) {
      const viewers = consumersOf(source, "IMAGE").filter(({ type }) => !DRAWING.has(type));
      candidates.push(source, ...viewers);
    }
  }
  for (const candidate of candidates) {
    const output = run.outputs.get(siblingPath(path, candidate));
    const references = candidate === node && ownEntries(output?.anime_references);
    const pictures = output?.images ?? references;
    const animated = output?.animated?.some(Boolean); // one file with all frames in it
    if (Array.isArray(pictures) && pictures.length === frames && !animated) {
      return { pictures, node: candidate };
    }
  }
  return null;
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
 * Return the nodes that an output of this node is connected to.
 *
 * @param {any} node
 * @param {string} type of the output
 * @returns {any[]}
 */
function consumersOf(node, type) {
  return (node.outputs ?? [])
    .flatMap((/** @type {any} */ output, /** @type {number} */ slot) =>
      output.type === type ? (node.getOutputNodes(slot) ?? []) : [],
    )
    .filter((/** @type {any} */ consumer) => consumer !== node);
}

/**
 * Return the nodes that this node's input images come from.
 *
 * @param {any} node
 * @returns {any[]}
 */
function sources(node) {
  return inputsOf(node, "IMAGE")
    .map((slot) => node.getInputNode(slot))
    .filter(Boolean);
}
