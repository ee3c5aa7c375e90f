/** Test for nodes of this pack, for the extensions that handle only those. */

const FOLDER = decodeURIComponent(new URL(import.meta.url).pathname).split("/extensions/")[1];
const MODULE = `custom_nodes.${FOLDER?.split("/")[0]}`;

/**
 * Return true if a node belongs to this pack. The node's category can't tell: it is translated.
 *
 * @param {{python_module?: string} | null | undefined} nodeData the server's description of the
 *   node
 */
export function isPackNode(nodeData) {
  return nodeData?.python_module === MODULE;
}
