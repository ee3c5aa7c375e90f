/** Widget that displays results on a node. */

import { element } from "../element.js";
import { language, words } from "../words.js";
import { isOff } from "./find.js";
import { dropPictures } from "./pictures.js";
import { findPreview, select } from "./preview.js";
import { SAVES } from "./reach.js";
import { partialParts } from "./partial.js";
import { resultParts } from "./results.js";

/**
 * @import { Report } from "../report/types.js"
 * @import { Results } from "./results.js"
 * @import { Run } from "./run.js"
 *
 * @typedef {{results: Results, run: Run, path: string, earlier: boolean}} ShownResults
 * @typedef {{report: Report, run: Run, path: string}} PartialResults
 * @typedef {{run: Run, path: string, name: string, failed: boolean}} UnreachedNode `name`: title of
 *   the node that blocked or failed; empty if there is none
 */

const NAME = "anime_results";
// Pixels that the canvas leaves around a widget's element: 8, and 12 beside another element.
const MARGIN = 12;

/** @type {WeakMap<object, NodeResults>} */
const widgets = new WeakMap();

/**
 * Display results on a node.
 *
 * @param {any} node
 * @param {ShownResults} results
 */
export function showResults(node, results) {
  widgetOf(node).update(results);
}

/**
 * Display on a node what it has measured so far, instead of any earlier results.
 *
 * @param {any} node
 * @param {PartialResults} results
 */
export function showPartial(node, results) {
  widgetOf(node).updatePartial(results);
}

/**
 * Display on a node that a run did not reach it, instead of any earlier results.
 *
 * @param {any} node
 * @param {UnreachedNode} reason
 */
export function showUnreached(node, reason) {
  widgetOf(node).updateUnreached(reason);
}

/**
 * Remove the results from a node.
 *
 * @param {any} node
 */
export function clear(node) {
  widgets.get(node)?.remove();
  widgets.delete(node);
}

/** @param {any} node */
function widgetOf(node) {
  let widget = widgets.get(node);
  if (!widget) {
    widget = new NodeResults(node);
    widgets.set(node, widget);
  }
  return widget;
}

/**
 * Widget of one node: an element whose value is saved neither in the prompt nor in the workflow.
 */
class NodeResults {
  /** @param {any} node */
  constructor(node) {
    this.node = node;
    this.height = 0;
    /** @type {Results | null} */
    this.results = null;
    /** @type {Run | null} run that did not reach this node */
    this.unreachedIn = null;
    /** @type {Report | null} report on the frames so far, while the node measures */
    this.partial = null;
    this.destroyParts = () => {};
    this.content = element("div", "anime-results");
    this.content.setAttribute("role", "group");
    this.content.setAttribute("aria-label", words("node.label"));
    this.root = element("div", "anime-results-frame", this.content);
    this.widget = node.addDOMWidget(NAME, "anime_results", this.root, {
      serialize: false, // keeps the value out of the prompt
      hideOnZoom: false,
      getValue: () => "",
      setValue: () => {},
      getMinHeight: () => this.#leastHeight(),
      onDraw: () => this.#fade(), // Nodes 2.0 fades the whole node by itself
    });
    this.widget.serialize = false; // keeps the value out of the workflow
    this.widget.label = words("node.label"); // menus of the editor name the widget
    this.resized = new ResizeObserver(() => this.#fit());
    this.resized.observe(this.content);
    const onRemoved = node.onRemoved;
    node.onRemoved = (/** @type {unknown[]} */ ...parameters) => {
      this.#stop();
      return onRemoved?.apply(node, parameters);
    };
  }

  /**
   * Display results.
   *
   * @param {ShownResults} shownResults
   */
  update({ results, run, path, earlier }) {
    this.#identify(run, path);
    this.unreachedIn = null;
    this.partial = null;
    if (results !== this.results) {
      this.results = results;
      this.destroyParts();
      const { parts, destroy } = resultParts(results, {
        find: (frames) => findPreview(this.node, frames, run, path),
        select,
      });
      this.destroyParts = destroy;
      this.content.replaceChildren(...parts);
    }
    this.#mark(run, earlier);
  }

  /**
   * Display what the node has measured so far.
   *
   * @param {PartialResults} partial
   */
  updatePartial({ report, run, path }) {
    if (report === this.partial) return;
    this.#identify(run, path);
    this.unreachedIn = null;
    this.results = null;
    const previous = this.partial && this.content;
    this.partial = report;
    const { parts, destroy } = partialParts(report, previous);
    this.destroyParts();
    this.destroyParts = destroy;
    this.content.replaceChildren(...parts);
    this.#mark(run, false);
  }

  /**
   * Display that a run did not reach the node.
   *
   * @param {UnreachedNode} reason
   */
  updateUnreached({ run, path, name, failed }) {
    if (this.unreachedIn === run) return this.#mark(run, run.restored);
    this.#identify(run, path);
    this.unreachedIn = run;
    this.results = null;
    this.partial = null;
    this.destroyParts();
    this.destroyParts = () => {};
    const saves = this.node.type === SAVES;
    this.content.replaceChildren(
      ...(saves ? [element("div", "anime-line", words("node.nothing_saved"))] : []),
      ...(name ? [notReachedLine(name, failed)] : []),
    );
    this.#mark(run, run.restored);
    dropPictures(this.node, path, run);
  }

  remove() {
    this.#stop();
    this.node.removeWidget?.(this.widget);
    this.node.setDirtyCanvas?.(true, true);
  }

  /**
   * Write the node and the run into the element's data attributes.
   *
   * @param {Run} run
   * @param {string} path
   */
  #identify(run, path) {
    this.root.dataset.node = String(this.node.id);
    this.root.dataset.path = path;
    this.root.dataset.prompt = run.id;
  }

  /**
   * Mark the results as those of an earlier run, or remove the mark.
   *
   * @param {Run} run
   * @param {boolean} earlier
   */
  #mark(run, earlier) {
    this.root.classList.toggle("anime-outdated", earlier);
    const mark = this.content.querySelector(".anime-earlier");
    if (!earlier) mark?.remove();
    else if (!mark) this.content.prepend(element("div", "anime-earlier", earlierText(run)));
  }

  #stop() {
    this.destroyParts();
    this.resized.disconnect();
  }

  #fade() {
    this.root.classList.toggle("anime-node-off", isOff(this.node));
  }

  #fit() {
    // The element has no width until the canvas has drawn the node, which takes a while on a busy
    // page and always happens once in editor 1.58. Until then each letter is a line of its own.
    if (this.root.clientWidth === 0) return;
    const height = this.content.offsetHeight;
    if (height === 0 || height === this.height) return; // 0 while the node is not on the screen
    this.height = height;
    if (isNodes2()) return; // the browser lays out these nodes
    const [width, least] = this.node.computeSize();
    const [ownWidth, ownHeight] = this.node.size;
    this.node.setSize([Math.max(width, ownWidth), Math.max(least, ownHeight)]);
    this.node.setDirtyCanvas?.(true, true);
  }

  /**
   * Return the height that the widget needs. The margin is part of it: the canvas divides height
   * that no widget needs among all elements of a node, such as a Gate's `thresholds`.
   */
  #leastHeight() {
    return this.height && !isNodes2() ? this.height + MARGIN : this.height;
  }
}

/** Return true if the editor draws nodes as elements of the page, not on the canvas. */
function isNodes2() {
  return Boolean(/** @type {any} */ (globalThis).LiteGraph?.vueNodesMode);
}

/**
 * Return a line that names the node that failed or blocked, so that this node did not run.
 *
 * @param {string} name title of that node
 * @param {boolean} failed true if it failed, false if it blocked
 */
function notReachedLine(name, failed) {
  const text = words(failed ? "node.not_reached_failed" : "node.not_reached");
  const [before, after = ""] = text.split("{name}");
  return element("div", "anime-line anime-unreached", before, element("em", "", name), after);
}

/**
 * Return the mark of an earlier run, with the run's start.
 *
 * @param {Run} run
 */
function earlierText({ startedAt }) {
  if (!startedAt) return words("node.earlier");
  const today = new Date(startedAt).toDateString() === new Date().toDateString();
  const format = new Intl.DateTimeFormat(language(), {
    timeStyle: "short",
    ...(today ? {} : { dateStyle: "medium" }),
  });
  return words("node.earlier_at", { time: format.format(new Date(startedAt)) });
}
