/** View of the editor's canvas: the scale and the position at which a graph is shown. */

import { app } from "../../../scripts/app.js";

/**
 * @typedef {object} Box
 * @property {number} left
 * @property {number} top
 * @property {number} width
 * @property {number} height
 */

/** Smallest scale at which a graph opens. Below 8 / 14 the classic canvas draws no texts. */
const READABLE_SCALE = 0.8;
const LARGEST_SCALE = 1;
const MARGIN = 20; // px between the graph and the edges of the visible part
// Least and largest height of the editor's tabs and buttons above the visible part, in px. Messages
// beneath them make it larger, but they go away.
const [LEAST_TOP, LARGEST_TOP] = [60, 100];
const TITLE = 30; // height of a node's title, which stands above the node's position
const FRAMES = 60; // frames to wait at most until no node changes its size any more
const STILL_FRAMES = 5; // frames without a change, after which the sizes are final

/**
 * Return the scale and the offset that show a graph in a part of the canvas. If the whole graph
 * would be too small to be read, its top left corner is shown at a scale that can be read.
 *
 * @param {Box} graph bounds in the coordinates of the graph
 * @param {Box} place part of the canvas, in px
 * @returns {{scale: number, offset: [number, number]}} as in litegraph: a point p of the graph is
 *   drawn at (p + offset) · scale
 */
export function viewOf(graph, place) {
  const [width, height] = [place.width - 2 * MARGIN, place.height - 2 * MARGIN];
  const fitting = Math.min(width / graph.width, height / graph.height, LARGEST_SCALE);
  const scale = Math.max(fitting, READABLE_SCALE);
  const start = (/** @type {number} */ room, /** @type {number} */ length) =>
    MARGIN + Math.max(0, (room - length * scale) / 2);
  return {
    scale,
    offset: [
      (place.left + start(width, graph.width)) / scale - graph.left,
      (place.top + start(height, graph.height)) / scale - graph.top,
    ],
  };
}

/**
 * Return how far a box must move to lie whole in a place. A box that is too large for it shows its
 * top left corner.
 *
 * @param {Box} box
 * @param {Box} place
 * @returns {[number, number]} to the right and down
 */
export function moveInto(box, place) {
  const along = (/** @type {"left" | "top"} */ edge, /** @type {"width" | "height"} */ length) => {
    const least = place[edge] + MARGIN;
    const most = place[edge] + place[length] - MARGIN - box[length];
    return Math.max(Math.min(box[edge], most), least) - box[edge];
  };
  return [along("left", "width"), along("top", "height")];
}

/**
 * Move the canvas just so far that a node of the open graph is seen whole.
 *
 * @param {any} node
 */
export function bringIntoView(node) {
  const { ds, graph } = app.canvas;
  if (graph !== node.graph) return;
  const { scale, offset } = ds;
  const bounds = /** @type {Box} */ (boundsOf({ nodes: [node], groups: [] }));
  const box = {
    left: (bounds.left + offset[0]) * scale,
    top: (bounds.top + offset[1]) * scale,
    width: bounds.width * scale,
    height: bounds.height * scale,
  };
  const [right, down] = moveInto(box, visiblePart());
  offset[0] += right / scale;
  offset[1] += down / scale;
  app.canvas.setDirty(true, true);
}

/**
 * Show the open graph so that it can be read, once its nodes have their final sizes. Somebody who
 * moves the canvas before that keeps the view.
 */
export async function showGraph() {
  const [node] = app.rootGraph.nodes;
  const moved = new AbortController();
  for (const gesture of ["wheel", "pointerdown"]) {
    const options = { capture: true, passive: true, signal: moved.signal };
    window.addEventListener(gesture, (event) => isOnGraph(event) && moved.abort(), options);
  }
  await untilSized();
  if (moved.signal.aborted) return;
  moved.abort(); // ends the listening
  const bounds = boundsOf(app.rootGraph);
  if (!bounds || app.rootGraph.nodes[0] !== node) return; // another graph was opened meanwhile
  const { scale, offset } = viewOf(bounds, visiblePart());
  app.canvas.ds.scale = scale;
  app.canvas.ds.offset[0] = offset[0];
  app.canvas.ds.offset[1] = offset[1];
  app.canvas.setDirty(true, true);
}

/**
 * Return whether a gesture is on the canvas or on a node, which Nodes 2.0 draws as elements.
 *
 * @param {Event} event
 */
function isOnGraph({ target }) {
  const element = /** @type {Element | null} */ (target);
  return Boolean(element?.closest?.("canvas, [data-node-id]"));
}

/** Arrange the nodes of the open graph in columns, once they have their final sizes. */
export async function arrangeGraph() {
  const [node] = app.rootGraph.nodes;
  await untilSized();
  if (app.rootGraph.nodes[0] === node) app.rootGraph.arrange();
}

/**
 * Return the bounds of all nodes and groups, or null if there are none. The bounds that the nodes
 * themselves hold are right only after they were drawn.
 *
 * @param {any} graph
 * @returns {Box | null}
 */
function boundsOf(graph) {
  const boxes = [
    ...graph.nodes.map((/** @type {any} */ { pos, size }) => [
      pos[0],
      pos[1] - TITLE,
      size[0],
      size[1] + TITLE,
    ]),
    ...graph.groups.map((/** @type {any} */ { pos, size }) => [...pos, ...size]),
  ];
  if (boxes.length === 0) return null;
  const left = Math.min(...boxes.map((box) => box[0]));
  const top = Math.min(...boxes.map((box) => box[1]));
  const width = Math.max(...boxes.map((box) => box[0] + box[2])) - left;
  const height = Math.max(...boxes.map((box) => box[1] + box[3])) - top;
  return { left, top, width, height };
}

/** Return the part of the canvas that no sidebar and no button of the editor covers, in px. */
function visiblePart() {
  const canvas = app.canvas.canvas.getBoundingClientRect();
  const panel = document.querySelector(".graph-canvas-panel")?.getBoundingClientRect();
  const { left, top, right, bottom } = panel?.width ? panel : canvas;
  const below = Math.min(Math.max(top - canvas.top, LEAST_TOP), LARGEST_TOP);
  const height = bottom - canvas.top - below;
  return { left: left - canvas.left, top: below, width: right - left, height };
}

/**
 * Wait until no node changes its size any more. Nodes 2.0 measures them after they are drawn.
 *
 * @param {any} [graph] the outermost one without it
 */
export async function untilSized(graph = app.rootGraph) {
  let before = "";
  for (let [frame, still] = [0, 0]; frame < FRAMES && still < STILL_FRAMES; frame++) {
    // A page in the background draws no frames.
    await new Promise((resolve) => {
      requestAnimationFrame(resolve);
      setTimeout(resolve, 100);
    });
    const sizes = String(graph.nodes.map((/** @type {any} */ { size }) => [...size]));
    still = sizes === before ? still + 1 : 0;
    before = sizes;
  }
}
