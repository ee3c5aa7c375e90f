/** Text of the tab Productions while there are none: how to order one, and a sample to try. */

import { element } from "../element.js";
import { ActionButton } from "../parts/action_button.js";
import { Message } from "../parts/message.js";
import { callRoute } from "../requests.js";
import { words } from "../words.js";

// The sample phases draw a character of their own, whatever the prompt says.
const SAMPLE = { project: "Sample", prompt: "sample", phases: "sample" };
/** @type {import("../words.js").Key[]} */
const STEPS = ["productions.step_character", "productions.step_order", "productions.step_follow"];

/**
 * Return the text, with buttons that open the form, and that order a production of the samples.
 *
 * @param {{show(id: string): void, order(): void}} view `show`: displays a production; `order`:
 *   displays the form for a new one
 */
export function noneYet({ show, order }) {
  const message = new Message();
  const open = new ActionButton(words("ordering.title"), order, "primary");
  const sample = new ActionButton(words("productions.try"), async () => {
    try {
      const { id } = await callRoute("/anime/orchestrate", { method: "POST", body: SAMPLE });
      message.clear();
      show(id);
    } catch (error) {
      message.fail(error);
    }
  });
  const steps = STEPS.map((key) => element("li", "", words(key)));
  return element(
    "div",
    "anime-nothing",
    element("strong", "", words("productions.none")),
    element("p", "", words("productions.none_do")),
    element("ol", "anime-steps", ...steps),
    element("div", "anime-actions", open.root, sample.root),
    element("p", "", words("productions.try_what")),
    element("p", "", words("ordering.or_drop")),
    message.root,
  );
}
