import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { MOST_HEIGHT, heightFor, roomBelow } from "../../../web/client/nodes/room.js";

const TITLE = 30;

/** Return a graph with nodes at these places: [left, top, width, height] without the title. */
function graphOf(...places) {
  const graph = { nodes: [] };
  graph.nodes = places.map(([x, y, width, height]) => ({
    pos: [x, y], size: [width, height], graph,
  })); // prettier-ignore
  return graph;
}

describe("the height of results", () => {
  const sizes = { own: 200, bare: 200, below: Infinity, least: 40 };

  test("is bounded, however much room there is", () => {
    assert.equal(heightFor(sizes), MOST_HEIGHT);
    assert.equal(MOST_HEIGHT, 240); // layouts of workflows count on it
  });

  test("ends above the node below", () => {
    assert.equal(heightFor({ ...sizes, below: 130 }), 120);
  });

  test("uses the room within a node that its maker made higher, also beyond the bound", () => {
    assert.equal(heightFor({ ...sizes, own: 500 }), 300);
    assert.equal(heightFor({ ...sizes, own: 260, below: 50 }), 100);
  });

  test("is 0 where not even the verdict has room", () => {
    assert.equal(heightFor({ ...sizes, below: 45 }), 0);
    assert.equal(heightFor({ ...sizes, below: 0 }), 0);
  });

  test("of a node that is lower than its content does not count the lack as room", () => {
    assert.equal(heightFor({ ...sizes, own: 100, below: 110 }), 100);
  });
});

describe("the room below a node", () => {
  const below = (...others) => roomBelow(graphOf([0, 0, 100, 50], ...others).nodes[0], 50, TITLE);

  test("ends at the title of the next node under it", () => {
    assert.equal(below([20, 180, 100, 50], [20, 400, 100, 50]), 100);
  });

  test("does not end at nodes beside it or above it", () => {
    assert.equal(below([100, 180, 100, 50], [-100, 180, 100, 50], [0, -200, 100, 50]), Infinity);
  });

  test("is none where a node lies on its lower edge", () => {
    assert.equal(below([0, 60, 100, 50]), 0);
  });
});
