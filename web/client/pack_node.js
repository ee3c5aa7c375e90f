/** Name of the pack's folder, and test for nodes of this pack. */

const PATH = decodeURIComponent(new URL(import.meta.url).pathname).split("/extensions/")[1];

/** Name of the pack's folder below `custom_nodes`; undefined outside of ComfyUI. */
export const PACK_FOLDER = PATH?.split("/")[0];

/**
 * Return true if a node belongs to this pack. The node's category can't tell: it is translated.
 *
 * @param {{python_module?: string} | null | undefined} nodeData the server's description of the
 *   node
 */
export function isPackNode(nodeData) {
  return nodeData?.python_module === `custom_nodes.${PACK_FOLDER}`;
}
