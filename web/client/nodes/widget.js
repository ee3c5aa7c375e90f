import { element } from "../element.js";
import { language, words } from "../words.js";
import { isOff } from "./find.js";
import { dropPictures } from "./pictures.js";
import { previewOf, select } from "./preview.js";
import { SAVES } from "./reach.js";
import { show } from "./results.js";

/**
 * @import { Results } from "./results.js"
 * @import { Run } from "./run.js"
 *
 * @typedef {{results: Results, run: Run, path: string, earlier: boolean}} Shown
 * @typedef {{run: Run, path: string, name: string, failed: boolean}} NotReached `name`: of the node
 *   that blocked or failed; empty if none did
 */

const NAME = "anime_results";
const MARGIN = 10; // that the canvas leaves around a widget's element

/** @type {WeakMap<object, NodeResults>} */
const shownBy = new WeakMap();

/**
 * Show a node's results in it.
 *
 * @param {any} node
 * @param {Shown} shown
 */
export function showOn(node, shown) {
  widgetOf(node).update(shown);
}

/**
 * Say in a node that a run did not reach it, in place of any earlier result.
 *
 * @param {any} node
 * @param {NotReached} reason
 */
export function showNotReached(node, reason) {
  widgetOf(node).updateNotReached(reason);
}

/**
 * Take away what a node shows.
 *
 * @param {any} node
 */
export function clear(node) {
  shownBy.get(node)?.remove();
  shownBy.delete(node);
}

/** @param {any} node */
function widgetOf(node) {
  let widget = shownBy.get(node);
  if (!widget) {
    widget = new NodeResults(node);
    shownBy.set(node, widget);
  }
  return widget;
}

/** The widget of one node: a DOM element that is no value, neither of the prompt nor of the file. */
class NodeResults {
  /** @param {any} node */
  constructor(node) {
    this.node = node;
    this.height = 0;
    /** @type {Results | null} */
    this.results = null;
    /** @type {Run | null} that left this node out */
    this.leftOutBy = null;
    this.destroyParts = () => {};
    this.content = element("div", "anime-results");
    this.content.setAttribute("role", "group");
    this.content.setAttribute("aria-label", words("node.label"));
    this.root = element("div", "anime-results-frame", this.content);
    this.widget = node.addDOMWidget(NAME, "anime_results", this.root, {
      serialize: false, // not into the prompt
      hideOnZoom: false,
      getValue: () => "",
      setValue: () => {},
      getMinHeight: () => this.height,
      onDraw: () => this.#fade(), // Nodes 2.0 fades the whole node by itself
    });
    this.widget.serialize = false; // not into the workflow
    this.resized = new ResizeObserver(() => this.#fit());
    this.resized.observe(this.content);
    const removed = node.onRemoved;
    node.onRemoved = (/** @type {unknown[]} */ ...given) => {
      this.#stop();
      return removed?.apply(node, given);
    };
  }

  /** @param {Shown} shown */
  update({ results, run, path, earlier }) {
    this.#name(run, path);
    this.leftOutBy = null;
    if (results !== this.results) {
      this.results = results;
      this.destroyParts();
      const { parts, destroy } = show(results, {
        find: (frames) => previewOf(this.node, frames, run, path),
        select,
      });
      this.destroyParts = destroy;
      this.content.replaceChildren(...parts);
    }
    this.#mark(run, earlier);
  }

  /** @param {NotReached} reason */
  updateNotReached({ run, path, name, failed }) {
    if (this.leftOutBy === run) return this.#mark(run, run.restored);
    this.#name(run, path);
    this.leftOutBy = run;
    this.results = null;
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
   * Say on the element which node of which run it is about.
   *
   * @param {Run} run
   * @param {string} path
   */
  #name(run, path) {
    this.root.dataset.node = String(this.node.id);
    this.root.dataset.path = path;
    this.root.dataset.prompt = run.id;
  }

  /**
   * Say that this is of an earlier run, or no longer say it.
   *
   * @param {Run} run
   * @param {boolean} earlier
   */
  #mark(run, earlier) {
    this.root.classList.toggle("anime-old", earlier);
    const mark = this.content.querySelector(".anime-earlier");
    if (!earlier) mark?.remove();
    else if (!mark) this.content.prepend(element("div", "anime-earlier", earlierText(run)));
  }

  #stop() {
    this.destroyParts();
    this.resized.disconnect();
  }

  #fade() {
    this.root.classList.toggle("anime-off", isOff(this.node));
  }

  #fit() {
    const height = this.content.offsetHeight;
    if (height === 0 || height === this.height) return; // 0: not on the screen
    this.height = height;
    const vue = /** @type {any} */ (globalThis).LiteGraph?.vueNodesMode;
    if (vue) return; // the page lays nodes out by itself
    const [width, least] = this.node.computeSize();
    const [ownWidth, ownHeight] = this.node.size;
    this.node.setSize([Math.max(width, ownWidth), Math.max(least + MARGIN, ownHeight)]);
    this.node.setDirtyCanvas?.(true, true);
  }
}

/**
 * @param {string} name of the node that is to blame
 * @param {boolean} failed it failed, else it blocked
 */
function notReachedLine(name, failed) {
  const text = words(failed ? "node.not_reached_failed" : "node.not_reached");
  const [before, after = ""] = text.split("{name}");
  return element("div", "anime-line anime-unreached", before, element("em", "", name), after);
}

/** @param {Run} run */
function earlierText({ startedAt }) {
  if (!startedAt) return words("node.earlier");
  const today = new Date(startedAt).toDateString() === new Date().toDateString();
  const format = new Intl.DateTimeFormat(language(), {
    timeStyle: "short",
    ...(today ? {} : { dateStyle: "medium" }),
  });
  return words("node.earlier_at", { time: format.format(new Date(startedAt)) });
}
