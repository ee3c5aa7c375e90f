import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { ownSizeOf } from "../../../web/client/nodes/own_size.js";

const RESULTS = 100; // height that results add

/** Return a node of this size that calls its hooks as the editor's nodes do. */
function nodeOf(width, height) {
  return {
    size: [width, height],
    added: 0,
    computeSize() {
      return [150, 80 + this.added];
    },
    setSize(size) {
      this.size = size;
      this.onResize?.(size);
    },
    serialize() {
      const saved = { size: [...this.size] };
      this.onSerialize?.(saved);
      return saved;
    },
  };
}

/** Return a node with results, and its own size. */
function nodeWithResults(width = 200, height = 80) {
  const node = nodeOf(width, height);
  const own = ownSizeOf(node);
  own.begin({ root: null, bare: () => 80 });
  own.apart(() => {
    node.added = RESULTS;
    node.setSize([node.size[0], Math.max(height, 80 + RESULTS)]);
  });
  return { node, own };
}

describe("a node with results", () => {
  test("is saved with the size that its maker chose", () => {
    const { node } = nodeWithResults();
    assert.deepEqual(node.size, [200, 180]);
    assert.deepEqual(node.serialize().size, [200, 80]);
  });

  test("gets its own size back without them, and is then saved as it is", () => {
    const { node, own } = nodeWithResults();
    node.added = 0;
    own.end();
    assert.deepEqual(node.size, [200, 80]);
    node.setSize([300, 300]);
    assert.deepEqual(node.serialize().size, [300, 300]);
  });

  test("that the user makes wider keeps its own height", () => {
    const { node } = nodeWithResults();
    node.setSize([260, 180]);
    assert.deepEqual(node.serialize().size, [260, 80]);
  });

  test("that the user makes higher than necessary is saved so", () => {
    const { node } = nodeWithResults();
    node.setSize([200, 300]);
    assert.deepEqual(node.serialize().size, [200, 300]);
  });

  test("that the user makes as low as possible is saved without the results", () => {
    const { node } = nodeWithResults(200, 300);
    node.setSize([200, 180]);
    assert.deepEqual(node.serialize().size, [200, 80]);
  });

  test("keeps the hooks of other packs", () => {
    const node = nodeOf(200, 80);
    const calls = [];
    node.onSerialize = (saved) => calls.push(saved.size.length);
    node.onResize = (size) => calls.push(size[1]);
    ownSizeOf(node);
    node.setSize([200, 90]);
    node.serialize();
    assert.deepEqual(calls, [90, 2]);
  });
});
