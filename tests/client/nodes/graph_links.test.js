import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";

import { consumersOf, inputsOf, originOf } from "../../../web/client/nodes/graph_links.js";
import { app } from "../editor/app.js";
import { Graph, subgraphNode } from "./graphs.js";

const INPUT = -10; // the editor's id of a subgraph's border, which its inputs come from
const OUTPUT = -20; // the one that its outputs go to

/** @type {any} clip -> reroute -> subgraph (score) -> gate; clip -> gate */
let graph;
/** @type {Record<string, any>} */
let nodes;

beforeEach(() => {
  nodes = {
    clip: { id: 1, inputs: [] },
    reroute: { id: 2, type: "Reroute", isVirtualNode: true, inputs: [{ name: "" }] },
    score: { id: 1, inputs: [{ name: "fps" }, { name: "images", type: "IMAGE" }] },
    gate: { id: 4, inputs: [{ name: "images", type: "IMAGE" }, { name: "report", type: "R" }] },
  };
  nodes.outer = subgraphNode(3, "inner", nodes.score);
  nodes.outer.inputs = [{ name: "mask" }, { name: "images", type: "IMAGE" }];
  const { subgraph } = nodes.outer;
  subgraph.link({ origin_id: INPUT, origin_slot: 1, target_id: 1, target_slot: 1 });
  const inner = subgraph.link({ origin_id: 1, origin_slot: 0, target_id: OUTPUT, target_slot: 1 });
  subgraph.outputs = [{ getLinks: () => [] }, { getLinks: () => [inner] }];
  graph = new Graph([nodes.clip, nodes.reroute, nodes.outer, nodes.gate]);
  app.rootGraph = graph;
  graph.connect(1, 2, "");
  graph.connect(2, 3, "images");
  graph.connect(1, 4, "images");
  graph.connect(3, 4, "report", 1);
});

test("the inputs of a type are found by their place", () => {
  assert.deepEqual(inputsOf(nodes.gate, "R"), [1]);
  assert.deepEqual(inputsOf(undefined, "R"), []);
});

/**
 * Return the Get of a pack, which another node receives its report from. Its link is that of its
 * Set, which nothing on the canvas connects to it.
 *
 * @param {Record<string, any>} methods
 */
function getNode(methods) {
  const node = { id: 6, isVirtualNode: true, inputs: [], ...methods };
  graph.add(node);
  graph.connect(6, 4, "report");
  return node;
}

describe("the node that an input is connected to", () => {
  test("is found directly and behind a reroute", () => {
    assert.equal(originOf(nodes.gate, 0), nodes.clip);
    assert.equal(originOf(nodes.outer, 1), nodes.clip);
  });

  test("is found in a subgraph and outside of one", () => {
    assert.equal(originOf(nodes.gate, 1), nodes.score);
    assert.equal(originOf(nodes.score, 1), nodes.clip);
  });

  test("is found behind a Set and a Get of another pack", () => {
    graph.add({ id: 5, isVirtualNode: true, inputs: [{ name: "any" }] });
    const link = graph.connect(2, 5, "any");
    getNode({ getInputLink: () => link });
    assert.equal(originOf(nodes.gate, 1), nodes.clip);
  });

  test("is found behind a Get whose Set is in another graph", () => {
    const source = { node: nodes.outer, slot: 1 };
    const get = getNode({ getInputLink: () => null, resolveVirtualOutput: () => source });
    assert.equal(originOf(nodes.gate, 1), nodes.score);
    get.resolveVirtualOutput = () => undefined;
    assert.equal(originOf(nodes.gate, 1), null);
  });

  test("is none where a Get has no Set, or is its own", () => {
    const get = getNode({
      getInputLink() {
        throw new Error("No setter found");
      },
    });
    assert.equal(originOf(nodes.gate, 1), null);
    get.getInputLink = () => ({ origin_id: 6, origin_slot: 0 });
    assert.equal(originOf(nodes.gate, 1), null);
    Object.assign(get, { resolveVirtualOutput: () => ({ node: get, slot: 0 }) });
    assert.equal(originOf(nodes.gate, 1), null);
  });

  test("is none where nothing is connected", () => {
    assert.equal(originOf(nodes.score, 0), null);
    graph.connect(3, 4, "report", 0); // nothing inside is connected to this output
    assert.equal(originOf(nodes.gate, 1), null);
  });
});

test("the nodes that take an output are found in all graphs", () => {
  assert.deepEqual(consumersOf(nodes.clip, "IMAGE"), [nodes.outer, nodes.score, nodes.gate]);
  assert.deepEqual(consumersOf(nodes.score, "R"), [nodes.gate]);
});
