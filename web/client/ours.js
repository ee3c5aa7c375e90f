const FOLDER = decodeURIComponent(new URL(import.meta.url).pathname).split("/extensions/")[1];
const MODULE = `custom_nodes.${FOLDER?.split("/")[0]}`;

/**
 * Whether a node is one of the pack's; its category is in the editor's language.
 *
 * @param {{python_module?: string} | null | undefined} nodeData what the server says of the node
 */
export function isOurs(nodeData) {
  return nodeData?.python_module === MODULE;
}
