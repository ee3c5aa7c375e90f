import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { nodesWithoutFiles, unreachedNodes, SAVES } from "../../../web/client/nodes/reach.js";
import { promptNode, runOf } from "./runs.js";

// A gate with two outputs; behind the first a scale and a preview, behind the second a preview.
const GRAPH = {
  1: promptNode("LoadImage"),
  2: promptNode("AnimeGate", ["1", 0]),
  3: promptNode("ImageScale", ["2", 0]),
  4: promptNode("PreviewImage", ["3", 0]),
  5: promptNode("PreviewImage", ["2", 1]),
  6: promptNode("PreviewImage", ["1", 0]),
};
const entries = (run) => Object.fromEntries(unreachedNodes(run));

describe("nodes that a run did not reach", () => {
  test("are those behind a blocked output, however far", () => {
    const run = runOf(GRAPH, {}, { 2: { anime_blocked: [0] } });
    assert.deepEqual(entries(run), { 3: "2", 4: "2" });
  });

  test("are those behind all blocked outputs", () => {
    const run = runOf(GRAPH, {}, { 2: { anime_blocked: [0, 1] } });
    assert.deepEqual(entries(run), { 3: "2", 4: "2", 5: "2" });
  });

  test("are none where nothing is blocked", () => {
    assert.deepEqual(entries(runOf(GRAPH, {}, { 2: { anime_blocked: [] }, 4: null })), {});
  });

  test("are those behind a node that failed", () => {
    const run = runOf(GRAPH, { state: "error", failedAt: "3" });
    assert.deepEqual(entries(run), { 4: "3" });
  });

  test("blame the gate where a node failed behind it, too", () => {
    const run = runOf(GRAPH, { state: "error", failedAt: "1" }, { 2: { anime_blocked: [1] } });
    assert.deepEqual(entries(run), { 5: "2", 3: "1", 4: "1", 6: "1" });
  });

  test("do not include what earlier rounds of a loop reached, whose Start is said to fail", () => {
    const graph = { 20: promptNode("StartLoop"), 5: promptNode("AnimeLoopScore", ["20", 3]),
      6: promptNode("AnimeGate", ["5", 0]), 21: promptNode("EndLoop", ["6", 0]) }; // prettier-ignore
    const run = runOf(graph, { state: "error", failedAt: "20" }, { 5: { anime_report: [[{}]] } });
    assert.deepEqual(entries(run), { 6: "20", 21: "20" });
  });

  test("are none where the run failed at no node of the prompt", () => {
    assert.deepEqual(entries(runOf(GRAPH, { state: "error", failedAt: "" })), {});
    assert.deepEqual(entries(runOf(GRAPH, { state: "success", failedAt: "3" })), {});
  });

  test("are known inside subgraphs, and a link's number may be text or not", () => {
    const graph = { "7:1": promptNode("AnimeGate"), "7:2": promptNode("Preview", ["7:1", 0]),
      8: promptNode("Preview", ["7:2", 0]), 9: promptNode("Preview", [8, 0]) }; // prettier-ignore
    const run = runOf(graph, {}, { "7:1": { anime_blocked: [0] } });
    assert.deepEqual(entries(run), { "7:2": "7:1", 8: "7:1", 9: "7:1" });
  });

  test("do not include a node whose input is a list of numbers", () => {
    const list = { class_type: "Numbers", inputs: { list: [1, 0, 5] } };
    const graph = { 1: promptNode("AnimeGate"), 2: list };
    assert.deepEqual(entries(runOf(graph, {}, { 1: { anime_blocked: [0] } })), {});
  });
});

describe("nodes that were to save files and did not", () => {
  const graph = { ...GRAPH, 7: promptNode(SAVES, ["4", 0]), 8: promptNode(SAVES, ["5", 0]) };

  test("are the Save Job nodes without an output", () => {
    assert.deepEqual(nodesWithoutFiles(runOf(graph, {}, { 8: { images: [] } })), ["7"]);
  });

  test("are not known before the run has ended", () => {
    assert.deepEqual(nodesWithoutFiles(runOf(graph, { state: "running" })), []);
    assert.deepEqual(nodesWithoutFiles(runOf(graph, { state: "interrupted" })), ["7", "8"]);
  });

  test("are only those that a partial run was for", () => {
    assert.deepEqual(nodesWithoutFiles(runOf(graph, { targets: ["7"] })), ["7"]);
    assert.deepEqual(nodesWithoutFiles(runOf(graph, { targets: ["6"] })), []);
  });

  test("are those too that the target of a partial run depends on", () => {
    const behind = { ...graph, 9: promptNode("Preview", ["7", 0]) };
    assert.deepEqual(nodesWithoutFiles(runOf(behind, { targets: ["9", "gone"] })), ["7"]);
  });
});
