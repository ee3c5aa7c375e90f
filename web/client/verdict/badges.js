/** Badges of the whole workflow, near the Run button, and of subgraphs that are closed. */

import { app } from "../../../scripts/app.js";
import { element } from "../element.js";
import { nodeAtPath } from "../nodes/find.js";
import { verdictStyle } from "../report/verdicts.js";
import { words } from "../words.js";
import { leadTo } from "./lead.js";
import { summariesInside, summaryOf } from "./summary.js";

/** @import { NodeVerdict, Summary } from "./summary.js" */

const TITLE = 30; // height of a node's title, which stands above the node's position

/** @type {Map<string, {button: HTMLElement, node: any}>} badges of subgraphs by path */
const inside = new Map();
/** @type {HTMLElement | null} place of the workflow's badge */
let ofWorkflow = null;
let isListening = false;

/**
 * Display the badges of the open workflow; none without verdicts.
 *
 * @param {NodeVerdict[]} verdicts in the order in which the nodes ran
 */
export function showBadges(verdicts) {
  showWorkflowBadge(summaryOf(verdicts));
  for (const { button } of inside.values()) button.remove();
  inside.clear();
  for (const [path, summary] of summariesInside(verdicts)) {
    const node = nodeAtPath(path);
    if (!node) continue;
    const button = badge(summary, words("badge.inside", textValues(summary, node.title)));
    button.classList.add("anime-badge-inside");
    button.dataset.inside = path;
    inside.set(path, { button, node });
  }
  if (inside.size === 0) return;
  followCanvas();
  place();
}

/** @param {Summary | null} summary */
function showWorkflowBadge(summary) {
  ofWorkflow?.remove();
  ofWorkflow = null;
  // The editor's place for what packs put beside the Run button.
  const bar = /** @type {any} */ (app).menu?.element;
  if (!summary || !bar) return;
  const button = badge(summary, words("badge.workflow", textValues(summary)));
  button.classList.add("anime-badge-workflow");
  ofWorkflow = element("div", "anime-badge-place", button);
  bar.append(ofWorkflow);
}

/**
 * Return a badge: a button that leads to the first node with the worst verdict.
 *
 * @param {Summary} summary
 * @param {string} text for a pointer that rests on it, and for screen readers
 */
function badge({ verdict, count, all, first, earlier }, text) {
  const { colour, symbol, word } = verdictStyle(verdict);
  const sign = element("span", "anime-symbol", symbol);
  sign.setAttribute("aria-hidden", "true");
  const counts = verdict === "PASS" ? String(count) : `${count} / ${all}`;
  const button = element("button", "anime-badge", sign, ` ${word} ${counts}`);
  button.type = "button";
  button.title = text;
  button.setAttribute("aria-label", text);
  button.style.setProperty("--anime-verdict", colour);
  button.dataset.verdict = verdict;
  button.classList.toggle("anime-badge-earlier", earlier);
  button.addEventListener("click", () => void leadTo(first));
  return button;
}

/**
 * @param {Summary} summary
 * @param {string} [name]
 */
function textValues({ verdict, count, all, earlier }, name = "") {
  const mark = earlier ? `${words("node.earlier")}. ` : "";
  return { verdict: verdictStyle(verdict).word, count, all, name, mark };
}

/** Place the badges of subgraphs again each time the canvas is drawn, as the editor does it. */
function followCanvas() {
  if (isListening) return;
  isListening = true;
  const { canvas } = /** @type {any} */ (app);
  const { onDrawForeground } = canvas;
  canvas.onDrawForeground = function (/** @type {unknown[]} */ ...parameters) {
    onDrawForeground?.apply(this, parameters);
    place();
  };
}

/** Put the badges of subgraphs above the titles of their nodes, in the graph that is open. */
function place() {
  const { canvas } = /** @type {any} */ (app);
  const { scale, offset } = canvas.ds;
  for (const { button, node } of inside.values()) {
    if (node.graph !== canvas.graph) {
      button.remove();
      continue;
    }
    if (!button.isConnected) canvas.canvas.parentElement.append(button);
    const x = (node.pos[0] + offset[0]) * scale;
    const y = (node.pos[1] - TITLE + offset[1]) * scale;
    button.style.transform = `translate(${x}px, ${y}px) scale(${scale}) translateY(-100%)`;
  }
}
