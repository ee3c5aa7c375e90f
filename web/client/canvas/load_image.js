/** A picture as a Load Image node on the canvas. */

import { app } from "../../../scripts/app.js";
import { inputPath, uploadInput } from "../parts/input_files.js";
import { words } from "../words.js";
import { asOneStep } from "./one_step.js";

const FOLDER = "anime"; // within ComfyUI's input folder
const NODE = "LoadImage";
const WIDGET = "image";

/**
 * Upload a picture to ComfyUI, and add a Load Image node with it in the middle of the canvas. One
 * undo removes the node.
 *
 * @param {Blob} picture
 * @param {string} name of the file; ComfyUI changes it if another picture has it
 * @returns {Promise<any>} the node
 */
export async function addLoadImage(picture, name) {
  const value = await upload(picture, name);
  const { canvas } = /** @type {any} */ (app);
  const graph = canvas.graph ?? app.rootGraph;
  const node = /** @type {any} */ (globalThis).LiteGraph.createNode(NODE);
  await asOneStep(graph, () => {
    graph.add(node);
    node.pos = middle(canvas, node.size);
    const widget = node.widgets.find((/** @type {{name: string}} */ each) => each.name === WIDGET);
    // The list of files was read when the page was loaded.
    const { values } = widget.options;
    if (Array.isArray(values) && !values.includes(value)) values.push(value);
    widget.value = value;
    widget.callback?.(value);
    canvas.deselectAll?.();
    canvas.select?.(node);
    graph.setDirtyCanvas?.(true, true);
  });
  return node;
}

/**
 * @param {Blob} picture
 * @param {string} name
 * @returns {Promise<string>} value of the widget
 */
async function upload(picture, name) {
  const answer = await uploadInput(picture, name, FOLDER);
  if (!answer.ok) throw new Error(words("player.upload_failed", { status: answer.status }));
  return inputPath(await answer.json());
}

/**
 * Return the position of a node of this size in the middle of the visible canvas.
 *
 * @param {any} canvas
 * @param {number[]} size
 * @returns {[number, number]}
 */
function middle(canvas, [width, height]) {
  const { scale, offset } = canvas.ds;
  const { width: wide, height: high } = canvas.canvas.getBoundingClientRect();
  return [wide / 2 / scale - offset[0] - width / 2, high / 2 / scale - offset[1] - height / 2];
}
