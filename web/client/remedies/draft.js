/** Remedy that judges by the wider limits of the profile for tests. */

import { linkInto } from "../nodes/graph_links.js";
import { words } from "../words.js";
import { setValue, slotNamed, widgetNamed } from "./wiring.js";

/** @import { Failure, Plan } from "./plans.js" */

const [INPUT, DRAFT] = ["profile", "draft"];

/**
 * Plan to judge the node by the profile `draft`; null for nodes without a profile.
 *
 * @param {Failure} failure
 * @returns {Plan | null}
 */
export function draft({ node }) {
  const widget = widgetNamed(node, INPUT);
  if (!widget) return null;
  if (widget.value === DRAFT) return { missing: words("remedies.draft_already") };
  const slot = slotNamed(node, INPUT);
  if (slot >= 0 && linkInto(node, slot)) return { missing: words("remedies.linked_profile") };
  return {
    graph: node.graph,
    apply() {
      setValue(node, INPUT, DRAFT);
      return null;
    },
  };
}
