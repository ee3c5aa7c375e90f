/** Graphs of the editor, as far as the client looks at them. */

/** A graph with nodes and links. Like the newest editor it keeps no links at inputs and outputs. */
export class Graph {
  /**
   * @param {any[]} nodes
   * @param {Record<string, any>} [values] such as its id
   */
  constructor(nodes, values = {}) {
    Object.assign(this, values);
    this.nodes = nodes;
    /** @type {Map<number, any>} */
    this.links = new Map();
    for (const node of nodes) this.#adopt(node);
  }

  /** @param {any} node */
  add(node) {
    this.#adopt(node);
    this.nodes.push(node);
  }

  /** @param {any} node */
  #adopt(node) {
    node.graph = this;
    if (!node.isVirtualNode) return;
    // It hands on what comes into the input with the index of the output.
    node.getInputLink ??= (/** @type {number} */ slot) =>
      node.graph.#ends("target", node.id, slot)[0] ?? null;
  }

  /** @param {number | string} id */
  getNodeById(id) {
    return this.nodes.find((node) => String(node.id) === String(id)) ?? null;
  }

  /**
   * Connect a node's input to the output of another node; an earlier link to the input goes.
   *
   * @param {number} from
   * @param {number} to
   * @param {string} input
   * @param {number} [output]
   * @returns {any} the link
   */
  connect(from, to, input, output = 0) {
    const slot = this.getNodeById(to).inputs.findIndex(({ name }) => name === input);
    for (const { id } of this.#ends("target", to, slot)) this.links.delete(id);
    return this.link({ origin_id: from, origin_slot: output, target_id: to, target_slot: slot });
  }

  /**
   * Add a link.
   *
   * @param {any} ends
   */
  link(ends) {
    const id = Math.max(0, ...this.links.keys()) + 1;
    const link = { id, ...ends };
    this.links.set(id, link);
    return link;
  }

  /**
   * Return the links of a node's input ("target") or output ("origin").
   *
   * @param {"target" | "origin"} end
   * @param {number | string} node
   * @param {number} slot
   */
  #ends(end, node, slot) {
    return [...this.links.values()].filter(
      (link) => link[`${end}_id`] === node && link[`${end}_slot`] === slot,
    );
  }
}

/**
 * Return a node that is a subgraph.
 *
 * @param {number} id
 * @param {string} subgraph its id
 * @param {...any} nodes in it
 */
export function subgraphNode(id, subgraph, ...nodes) {
  return { id, subgraph: new Graph(nodes, { id: subgraph }) };
}
