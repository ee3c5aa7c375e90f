/** Place of results on a node: the widget, and its height within the room that there is. */

import { words } from "../words.js";
import { nodeElement, usesNodes2 } from "./nodes2.js";
import { ownSizeOf } from "./own_size.js";
import { heightFor, roomBelow } from "./room.js";

/**
 * Elements of the results of a node, each within the one before.
 *
 * @typedef {object} ResultElements
 * @property {HTMLElement} root
 * @property {HTMLElement} content with the head, and the body
 * @property {HTMLElement} body which is scrolled
 * @property {HTMLElement} list
 */

const NAME = "anime_results";
const MARGIN = 6; // pixels that the canvas leaves on each side of the element
const BESIDE = 4; // pixels between two widgets
const INSET = 3; // pixels from the upper edge of the node's title to a verdict in it

/**
 * Place of results on a node: a widget whose value is saved neither in the prompt nor in the
 * workflow, like the height that it adds to the node.
 */
export class ResultsPlace {
  /**
   * @param {any} node
   * @param {ResultElements} elements
   * @param {() => void} onDraw called each time the canvas draws the node
   */
  constructor(node, { root, content, body, list }, onDraw) {
    this.node = node;
    this.root = root;
    this.content = content;
    this.body = body;
    this.list = list;
    this.height = 0;
    this.own = ownSizeOf(node);
    this.own.begin(this);
    this.own.apart(() => this.#addWidget(onDraw));
    this.resized = new ResizeObserver(() => this.fit());
    for (const element of [list, root]) this.resized.observe(element);
  }

  /** @param {() => void} onDraw */
  #addWidget(onDraw) {
    this.widget = this.node.addDOMWidget(NAME, "anime_results", this.root, {
      serialize: false, // keeps the value out of the prompt
      hideOnZoom: false,
      hideInPanel: true, // the editor's panel of inputs would give the results its own width
      margin: MARGIN,
      getValue: () => "",
      setValue: () => {},
      onDraw,
    });
    this.widget.serialize = false; // keeps the value out of the workflow
    this.widget.label = words("node.label"); // menus of the editor name the widget
    // The canvas calls this each time it draws. The editor's own function reads the page's styles.
    // The widget takes no height beyond the needed one: the canvas divides it among all elements of
    // a node, such as a Gate's `thresholds`.
    this.widget.computeLayoutSize = () => {
      const height = this.#widgetHeight;
      return { minHeight: height, maxHeight: height, minWidth: 0 };
    };
  }

  get #widgetHeight() {
    return usesNodes2() ? this.height : this.height + 2 * this.widget.options.margin;
  }

  /** Give the results the height that they need, within the room that there is. */
  fit() {
    // The element has no width until the canvas has drawn the node, which takes a while on a busy
    // page and always happens once in editor 1.58. Until then each letter is a line of its own.
    if (this.root.clientWidth === 0 || !this.own.size) return;
    const { most, natural } = this.#limits(this.own.size[1]);
    if (natural === 0) return; // the node is not on the screen
    if (most === 0) this.#moveToTitle();
    const height = Math.min(natural, most);
    if (height === this.height) return;
    this.height = height;
    if (usesNodes2()) return; // the browser lays out these nodes
    const [width, least] = this.node.computeSize();
    const [ownWidth, ownHeight] = this.own.size;
    this.own.apart(() =>
      this.node.setSize([Math.max(width, ownWidth), Math.max(least, ownHeight)]),
    );
    this.node.setDirtyCanvas?.(true, true);
  }

  /**
   * Limit the height of the results to the room that there is. If they need more, they are made
   * compact. Return the height that they may have, and the height that they need.
   *
   * @param {number} own height of the node as its maker chose it
   */
  #limits(own) {
    const bare = this.bare();
    const { NODE_TITLE_HEIGHT } = /** @type {any} */ (globalThis).LiteGraph;
    const bottom = this.node.pos[1] + Math.max(own, bare);
    const below = roomBelow(this.node, bottom, NODE_TITLE_HEIGHT);
    const around = usesNodes2() ? BESIDE : BESIDE + 2 * MARGIN;
    const { scrollTop } = this.body;
    this.root.classList.remove("anime-no-room", "anime-compact");
    this.content.style.maxHeight = "";
    const least = this.content.offsetHeight - this.body.offsetHeight + around;
    const most = Math.max(heightFor({ own, bare, below, least }) - around, 0);
    if (this.content.offsetHeight > most) this.root.classList.add("anime-compact");
    const natural = this.content.offsetHeight;
    this.root.classList.toggle("anime-no-room", most === 0);
    this.widget.options.margin = most === 0 ? 0 : MARGIN;
    this.content.style.maxHeight = `${most}px`;
    this.content.style.setProperty("--anime-room", `${most - least + around}px`); // of the body
    this.body.scrollTop = scrollTop;
    return { most, natural };
  }

  /** Move the verdict into the bar of the node's title, because there is no room below the node. */
  #moveToTitle() {
    const element = nodeElement(this.root);
    const { NODE_TITLE_HEIGHT } = /** @type {any} */ (globalThis).LiteGraph;
    const toTitle = element ? element.distanceTo(this.root) : this.widget.y + NODE_TITLE_HEIGHT;
    this.root.style.setProperty("--anime-to-title", `${toTitle - INSET}px`);
  }

  /** Return the least height of the node without the results. */
  bare() {
    const element = nodeElement(this.root);
    if (!element) return this.node.computeSize()[1] - this.#widgetHeight - BESIDE;
    return element.height - this.root.offsetHeight - BESIDE;
  }

  stop() {
    this.resized.disconnect();
  }

  /** Remove the widget, and give the node its own size back. */
  remove() {
    this.own.apart(() => this.node.removeWidget?.(this.widget));
    this.own.end();
    this.node.setDirtyCanvas?.(true, true);
  }
}
