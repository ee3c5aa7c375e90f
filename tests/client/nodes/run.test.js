import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { promptNode, runOf } from "./runs.js";

const RUN = runOf({
  4: promptNode("A"),
  5: promptNode("B"),
  45: promptNode("C"),
  "8:5": promptNode("D"),
  "a.1.2.5": promptNode("E"),
});

/** @param {Record<string, string>} paths by id */
function assertPaths(paths) {
  for (const [id, path] of Object.entries(paths)) assert.equal(RUN.pathOf(id), path, id);
}

describe("the path of a node that ran", () => {
  test("is its id, whatever that looks like", () => {
    assertPaths({ 5: "5", "8:5": "8:5", "a.1.2.5": "a.1.2.5" });
  });

  test("is the original's for a copy in a loop, also in a loop in a loop", () => {
    assertPaths({
      "20.0.0.0_5": "5",
      "20.0.0.11_5": "5",
      "20.0.0.0_8:5": "8:5",
      "8:20.0.0.0_8:5": "8:5",
      "20.0.0.0_7.0.0.1_5": "5",
      "20.0.0.0_7.0.0.1_20.0.0.0_5": "5",
      "12.0.0.45": "45",
    });
  });

  test("is the original's for a copy of a retry, also in a loop", () => {
    assertPaths({
      "9.attempt_2.5": "5",
      "8:9.attempt_12.8:5": "8:5",
      "20.0.0.0_5.attempt_2.20.0.0.0_4": "4",
    });
  });

  test("is the id itself where the prompt has no such original", () => {
    assertPaths({ "20.0.0.iteration_0": "20.0.0.iteration_0", "20.0.0.0_6": "20.0.0.0_6" });
    assert.equal(RUN.pathOf(undefined), "");
  });
});
