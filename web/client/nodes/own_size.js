/** Size of a node as its maker chose it, without the height that results add to it. */

import { nodeElement } from "./nodes2.js";

/**
 * Widget that adds height to a node.
 *
 * @typedef {object} AddedHeight
 * @property {HTMLElement} root element of the widget
 * @property {() => number} bare returns the least height of the node without the widget
 */

const NEAR = 8; // pixels by which a node may be higher than necessary without having been enlarged

/** @type {WeakMap<object, OwnSize>} */
const sizes = new WeakMap();

/**
 * Return the size of a node that is saved and copied while the node displays results.
 *
 * @param {any} node
 */
export function ownSizeOf(node) {
  let own = sizes.get(node);
  if (!own) {
    own = new OwnSize(node);
    sizes.set(node, own);
  }
  return own;
}

/**
 * Size of a node without the height that results add.
 *
 * While it is in force, the node is saved with it: in the workflow, its drafts, its exports, the
 * history of undo, and the clipboard. When the user resizes the node, it follows.
 */
export class OwnSize {
  /** @param {any} node */
  constructor(node) {
    this.node = node;
    /** @type {[number, number] | null} width and height; null while it isn't in force */
    this.size = null;
    this.fitting = false;
    /** @type {AddedHeight | null} */
    this.added = null;
    /** @type {number[]} size after the last change that the maker didn't choose */
    this.fitted = [];
    /** @type {HTMLElement | null} the node's element in Nodes 2.0 */
    this.element = null;
    this.chosenHeight = 0; // in Nodes 2.0
    const { onSerialize, onResize } = node;
    node.onSerialize = (/** @type {{size: number[]}} */ saved) => {
      onSerialize?.call(node, saved);
      if (this.size) saved.size = [...this.size];
    };
    node.onResize = (/** @type {number[]} */ size) => {
      onResize?.call(node, size);
      if (this.size && !this.fitting) this.#follow(node.size);
    };
  }

  /**
   * Keep the node's present size from now on.
   *
   * @param {AddedHeight} added
   */
  begin(added) {
    this.size = [this.node.size[0], this.node.size[1]];
    this.fitted = [...this.size];
    this.added = added;
    this.element = null;
  }

  /**
   * Change the node in a way that its maker didn't choose.
   *
   * @param {() => void} change
   */
  apart(change) {
    this.fitting = true;
    try {
      change();
    } finally {
      this.fitting = false;
      this.fitted = [this.node.size[0], this.node.size[1]];
    }
  }

  /** Give the node its own size back. */
  end() {
    const { size } = this;
    if (!size) return;
    this.apart(() => this.node.setSize([...size]));
    this.size = null;
  }

  /**
   * Follow a change of the size by the user. A node that is only as high as its results need was
   * not made higher by its maker.
   *
   * @param {number[]} size
   */
  #follow([width, height]) {
    const own = /** @type {[number, number]} */ (this.size);
    const { root, bare } = /** @type {AddedHeight} */ (this.added);
    const inPage = nodeElement(root);
    if (width !== this.fitted[0]) own[0] = width;
    if (inPage) this.#followElement(inPage);
    else if (height !== this.fitted[1]) {
      this.#setHeight(height, this.node.computeSize()[1], () => bare.call(this.added));
    }
    this.fitted = [width, height];
  }

  /**
   * Follow a change of the height in Nodes 2.0, where the node also changes with its content.
   *
   * @param {import("./nodes2.js").NodeElement} inPage
   */
  #followElement(inPage) {
    const { element, chosenHeight } = inPage;
    const own = /** @type {[number, number]} */ (this.size);
    const isFirst = element !== this.element;
    const isChanged = chosenHeight !== this.chosenHeight;
    Object.assign(this, { element, chosenHeight });
    if (isFirst && chosenHeight > own[1] + 1) {
      // The editor made the element anew, with the height that the results had added.
      this.chosenHeight = own[1];
      queueMicrotask(() => this.size && this.apart(() => this.node.setSize([...own])));
    } else if (!isFirst && isChanged) {
      const least = inPage.leastHeight;
      const results = /** @type {AddedHeight} */ (this.added).root.offsetHeight;
      this.#setHeight(chosenHeight, least, () => least - results);
    }
  }

  /**
   * @param {number} height that the user gave the node
   * @param {number} least that the node can have with its results
   * @param {() => number} bare returns the least that it can have without them
   */
  #setHeight(height, least, bare) {
    const own = /** @type {[number, number]} */ (this.size);
    if (height > least + NEAR) own[1] = height;
    else if (own[1] > least) own[1] = Math.max(bare(), 0);
  }
}
