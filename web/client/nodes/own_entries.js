/** Reading of the pack's own entries in the `ui` of a node. */

/**
 * Return the entries of a key of a node's `ui`.
 *
 * ComfyUI and its editor take an object in a list of `ui` for a file that the node wrote. So a node
 * of this pack puts its entries into a list within the list. Outputs of earlier versions, without
 * the inner list, are read too.
 *
 * @template T
 * @param {(T | T[])[] | undefined} value
 * @returns {T[]}
 */
export function ownEntries(value) {
  return /** @type {T[]} */ ((value ?? []).flat());
}
