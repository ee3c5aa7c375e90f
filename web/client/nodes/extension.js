import { app } from "../../../scripts/app.js";
import { useStyleSheet } from "../element.js";
import { isOurs } from "../ours.js";
import { showEarlier } from "./earlier.js";
import { nodeAt } from "./find.js";
import { hasResults } from "./results.js";
import { makeOld, showOn } from "./widget.js";

const SAVES_BOTH = "AnimeJobSave";

let loaded = false; // the page's first workflow: the one that was open before

for (const sheet of ["../vendor/uplot/uPlot.min.css", "../report/report.css", "./results.css"]) {
  useStyleSheet(new URL(sheet, import.meta.url).href);
}

app.registerExtension({
  name: "AnimeProduction.OnTheNodes",

  /**
   * @param {any} nodeType
   * @param {any} nodeData
   */
  beforeRegisterNodeDef(nodeType, nodeData) {
    if (!isOurs(nodeData)) return;
    chain(nodeType.prototype, "onExecuted", (node, output) => {
      if (hasResults(output)) showOn(node, output);
    });
    chain(nodeType.prototype, "onExecutionStart", (node) => makeOld(node));
  },

  /**
   * Nodes 2.0 takes every file of a node with a VIDEO input for a video, an animated WebP too,
   * unless the node says otherwise. What is a video it tells by the file's name.
   *
   * @param {any} node
   */
  nodeCreated(node) {
    if (node.comfyClass === SAVES_BOTH) node.previewMediaType = "image";
  },

  // Outputs were restored: a workflow was opened from the history, or its tab was switched to.
  onNodeOutputsUpdated: restore,

  /** Undo builds the nodes anew while their outputs stay. */
  afterConfigureGraph() {
    restore(/** @type {any} */ (app).nodeOutputs);
    if (loaded) return;
    loaded = true;
    void showEarlier();
  },
});

/** @param {Record<string, any> | null | undefined} outputs */
function restore(outputs) {
  for (const [locator, output] of Object.entries(outputs ?? {})) {
    if (!hasResults(output)) continue;
    const node = nodeAt(locator);
    if (node) showOn(node, output);
  }
}

/**
 * Calls `also` after the method that a prototype has by this name.
 *
 * @param {any} prototype
 * @param {string} name
 * @param {(node: any, argument: any) => void} also
 */
function chain(prototype, name, also) {
  const own = prototype[name];
  prototype[name] = function (/** @type {unknown[]} */ ...given) {
    const answer = own?.apply(this, given);
    also(this, given[0]);
    return answer;
  };
}
