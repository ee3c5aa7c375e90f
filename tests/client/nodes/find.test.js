import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";

import { nodeAtPath, pathOf } from "../../../web/client/nodes/find.js";
import { app } from "../editor/app.js";
import { Graph, subgraphNode } from "./graphs.js";

const DEEP = { id: 5, title: "deep" };

beforeEach(() => {
  const inner = subgraphNode(7, "inner", DEEP);
  const outer = subgraphNode(12, "outer", { id: 5, title: "within" }, inner);
  app.rootGraph = new Graph([{ id: 5, title: "top" }, { id: "x1", title: "text" }, outer]);
});

describe("a node by its path", () => {
  test("is found in the open graph and in subgraphs, however deep", () => {
    assert.equal(nodeAtPath("5").title, "top");
    assert.equal(nodeAtPath("12:5").title, "within");
    assert.equal(nodeAtPath("12:7:5"), DEEP);
  });

  test("may have an id that is no number", () => {
    assert.equal(nodeAtPath("x1").title, "text");
  });

  test("is none where the path leads nowhere", () => {
    const paths = ["9", "9:5", "5:5", "12:9", "12:5:1", ""];
    for (const path of paths) assert.ok(!nodeAtPath(path), path);
  });
});

describe("the path of an output that the editor kept", () => {
  test("leads through the nodes that show the subgraph", () => {
    assert.equal(pathOf("5"), "5");
    assert.equal(pathOf("outer:5"), "12:5");
    assert.equal(pathOf("inner:5"), "12:7:5");
  });

  test("is none where no node shows the subgraph", () => {
    assert.equal(pathOf("gone:5"), null);
  });
});
