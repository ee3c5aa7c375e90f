/** Nodes 2.0: nodes that the editor draws as elements of the page, not on the canvas. */

const HEIGHT = "--node-height"; // style of a node's element: the height that the user chose

/** Return true if the editor draws nodes as elements of the page. */
export function usesNodes2() {
  return Boolean(/** @type {any} */ (globalThis).LiteGraph?.vueNodesMode);
}

/**
 * Return the element of the node that contains an element; null on the classic canvas, and while
 * the node isn't on the screen.
 *
 * @param {HTMLElement} within
 */
export function nodeElement(within) {
  const element = usesNodes2() && within.closest("[data-node-id]");
  return element ? new NodeElement(/** @type {HTMLElement} */ (element)) : null;
}

/** Element of a node; heights are without the title, as those of a node are. */
export class NodeElement {
  /** @param {HTMLElement} element */
  constructor(element) {
    this.element = element;
    this.title = /** @type {any} */ (globalThis).LiteGraph.NODE_TITLE_HEIGHT;
  }

  /** Return the height. */
  get height() {
    return this.element.offsetHeight - this.title;
  }

  /** Return the height that the user or the workflow chose; the content may need more. */
  get chosenHeight() {
    return parseFloat(this.element.style.getPropertyValue(HEIGHT)) - this.title;
  }

  /**
   * Return the distance from the upper edge of the title to an element, in the node's own pixels.
   *
   * @param {HTMLElement} element
   */
  distanceTo(element) {
    const { top, height } = this.element.getBoundingClientRect();
    const scale = height / this.element.offsetHeight;
    return (element.getBoundingClientRect().top - top) / scale;
  }

  /** Return the least height that the content needs. */
  get leastHeight() {
    const { style } = this.element;
    const chosen = style.getPropertyValue(HEIGHT);
    style.setProperty(HEIGHT, "0px");
    const { height } = this;
    style.setProperty(HEIGHT, chosen);
    return height;
  }
}
