import { element } from "../element.js";
import { words } from "../words.js";
import { previewOf, select } from "./preview.js";
import { show } from "./results.js";

/** @import { Results } from "./results.js" */

const NAME = "anime_results";
const MARGIN = 10; // that the canvas leaves around a widget's element

/** @type {WeakMap<object, NodeResults>} */
const shownBy = new WeakMap();

/**
 * Shows a node's results in it.
 *
 * @param {any} node
 * @param {Results} results
 */
export function showOn(node, results) {
  let shown = shownBy.get(node);
  if (!shown) {
    shown = new NodeResults(node);
    shownBy.set(node, shown);
  }
  shown.update(results);
}

/**
 * Whether a node shows results.
 *
 * @param {any} node
 */
export function isShown(node) {
  return shownBy.has(node);
}

/**
 * Says that what a node shows is of an earlier run: it stays until there is something newer, and
 * a node that is blocked or fails gives nothing new.
 *
 * @param {any} node
 */
export function makeOld(node) {
  shownBy.get(node)?.makeOld();
}

/** The widget of one node: a DOM element that is no value, neither of the prompt nor of the file. */
class NodeResults {
  /** @param {any} node */
  constructor(node) {
    this.node = node;
    this.height = 0;
    /** @type {Results | null} */
    this.results = null;
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
    });
    this.widget.serialize = false; // not into the workflow
    this.resized = new ResizeObserver(() => this.#fit());
    this.resized.observe(this.content);
    const removed = node.onRemoved;
    node.onRemoved = (/** @type {unknown[]} */ ...given) => {
      this.destroyParts();
      return removed?.apply(node, given);
    };
  }

  /** @param {Results} results */
  update(results) {
    this.root.dataset.node = String(this.node.id);
    this.root.classList.remove("anime-old");
    const shown = this.content.querySelector(".anime-earlier");
    shown?.remove();
    if (results === this.results) return; // told twice: once as it ran, once as restored
    this.results = results;
    this.destroyParts();
    const { parts, destroy } = show(results, {
      find: (frames) => previewOf(this.node, frames),
      select,
    });
    this.destroyParts = destroy;
    this.content.replaceChildren(...parts);
  }

  makeOld() {
    if (this.root.classList.contains("anime-old")) return;
    this.root.classList.add("anime-old");
    this.content.prepend(element("div", "anime-earlier", words("node.earlier")));
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
