/** Removal of sounds from the outputs that the editor keeps of a node. */

import { app } from "../../../scripts/app.js";
import { locatorOf, nodeAtPath } from "./find.js";

/**
 * Remove the sounds from the outputs that the editor keeps of a node without a player for them.
 *
 * The editor keeps outputs for undo and for changes of the tab. It then looks for the node's player,
 * and fails where there is none, before it reaches the players of other nodes.
 *
 * @param {string} path of the node
 */
export function dropSounds(path) {
  const node = nodeAtPath(path);
  if (!node) return; // another workflow was opened meanwhile
  const outputs = /** @type {any} */ (app).nodeOutputs;
  const locator = locatorOf(node);
  if (outputs?.[locator]?.audio) outputs[locator] = { ...outputs[locator], audio: undefined };
}
