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
 * Return the text, with a button that orders a production of the sample phases.
 *
 * @param {(id: string) => void} show displays a production
 */
export function noneYet(show) {
  const message = new Message();
  const order = new ActionButton(
    words("productions.try"),
    async () => {
      try {
        const { id } = await callRoute("/anime/orchestrate", { method: "POST", body: SAMPLE });
        message.clear();
        show(id);
      } catch (error) {
        message.fail(error);
      }
    },
    "primary",
  );
  const steps = STEPS.map((key) => element("li", "", words(key)));
  return element(
    "div",
    "anime-nothing",
    element("strong", "", words("productions.none")),
    element("p", "", words("productions.none_do")),
    element("ol", "anime-steps", ...steps),
    order.root,
    element("p", "", words("productions.try_what")),
    message.root,
  );
}
