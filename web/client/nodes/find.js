import { app } from "../../../scripts/app.js";

/** The graph that is open, subgraphs and all. */
export function rootGraph() {
  return /** @type {any} */ (app).rootGraph ?? app.graph;
}

/**
 * The node of an output in the editor: `5`, or `<id of a subgraph>:5` within one.
 *
 * @param {string} locator
 */
export function nodeAt(locator) {
  const [id, subgraph] = locator.split(":").reverse();
  return nodeIn(subgraph ? rootGraph().subgraphs?.get(subgraph) : rootGraph(), id);
}

/**
 * The node of an output in ComfyUI's history: `5`, or `12:5` for node 5 within the subgraph that
 * node 12 is.
 *
 * @param {string} path
 */
export function nodeAlong(path) {
  const [id, ...around] = path.split(":").reverse();
  const graph = around.reduceRight((within, node) => nodeIn(within, node)?.subgraph, rootGraph());
  return nodeIn(graph, id);
}

/**
 * @param {any} graph
 * @param {string} id
 */
function nodeIn(graph, id) {
  return graph?.getNodeById(/^\d+$/.test(id) ? Number(id) : id);
}
