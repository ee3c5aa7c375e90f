/** Graphs of the editor, as far as the client looks at them. */

/** A graph with nodes and links. */
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
    for (const node of nodes) node.graph = this;
  }

  /** @param {any} node */
  add(node) {
    node.graph = this;
    this.nodes.push(node);
  }

  /** @param {number | string} id */
  getNodeById(id) {
    return this.nodes.find((node) => node.id === id) ?? null;
  }

  /** @param {number} id */
  getLink(id) {
    return this.links.get(id);
  }

  /**
   * Connect a node's input to the output of another node.
   *
   * @param {number} from
   * @param {number} to
   * @param {string} input
   */
  connect(from, to, input) {
    const link = this.links.size + 1;
    this.links.set(link, { origin_id: from, target_id: to });
    this.getNodeById(to).inputs.find(({ name }) => name === input).link = link;
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
