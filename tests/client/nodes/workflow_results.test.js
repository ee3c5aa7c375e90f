import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";

import "../editor/page.js";
import { SAVES } from "../../../web/client/nodes/reach.js";
import { app } from "../editor/app.js";
import { Graph } from "./graphs.js";
import { promptNode, runOf, WORKFLOW } from "./runs.js";

const { WorkflowResults } = await import("../../../web/client/nodes/workflow_results.js");

const GRAPH = {
  1: promptNode("AnimeGate"),
  2: promptNode("AnimeLoopFind", ["1", 0]),
  3: promptNode(SAVES, ["2", 0]),
};

/** @type {InstanceType<typeof WorkflowResults>} */
let results;
/** @type {any[]} */
let nodes;

/**
 * Return a node of the open workflow.
 *
 * @param {number} id
 * @param {string} type
 */
function node(id, type) {
  return {
    id, type, title: `Node ${id}`, mode: 0, widgets: [], size: [200, 80],
    setSize(size) {
      this.size = size;
    },
    addDOMWidget(name, kind, element, options) {
      const widget = { name, kind, element, options };
      this.widgets.push(widget);
      return widget;
    },
    removeWidget(widget) {
      this.widgets = this.widgets.filter((each) => each !== widget);
    },
  }; // prettier-ignore
}

/** Draw, and return the text on each node; "" where it shows nothing. */
function texts() {
  results.draw();
  return nodes.map(({ widgets }) => widgets[0]?.element.textContent ?? "");
}

/** @param {string} verdict */
const gate = (verdict, more = {}) => ({
  anime_gate: [[{ verdict, pass: true, reasons: "", accepted: 3, rejected: 1 }]], ...more,
}); // prettier-ignore

/** Begin a run with these outputs so far. */
function begin(outputs, values = {}) {
  const run = runOf(GRAPH, { state: "running", ...values }, outputs);
  results.startRun(run);
  for (const path of run.outputs.keys()) results.addResult(run, path);
  return run;
}

beforeEach(() => {
  nodes = [node(1, "AnimeGate"), node(2, "AnimeLoopFind"), node(3, SAVES)];
  app.rootGraph = new Graph(nodes, { id: WORKFLOW });
  results = new WorkflowResults();
});

describe("the results of a workflow", () => {
  test("are on the nodes that gave them", () => {
    begin({ 1: gate("PASS") });
    assert.deepEqual(texts(), ["✔ PASS3 accepted, 1 rejected", "", ""]);
  });

  test("are what a node has measured so far, without a verdict, until it has its result", () => {
    begin({ 1: gate("PASS") }, { state: "success" });
    const second = begin({});
    const sharpness = {
      name: "edge_width", value: 2.5, unit: "px", verdict: "FAIL", required: true, score: 20,
      reason: "", reason_code: "soft_lines", per_frame: [null, null, 2.5], details: {},
    };
    const report = { schema: 1, frames: 3, deciding: ["edge_width"], measurements: [sharpness] };
    second.partials.set("1", { ...report, verdict: "FAIL", score: 20, worst: null });
    assert.match(texts()[0], /^Measuring: 3 frames so far.*2\.5 px/);
    assert.doesNotMatch(texts()[0], /FAIL|PASS|earlier/);
    second.partials.clear();
    assert.match(texts()[0], /^From an earlier run.*PASS/);
  });

  test("are those of an earlier run until the newest has one, and say so", () => {
    begin({ 1: gate("PASS") }, { state: "success" });
    const second = begin({});
    assert.match(texts()[0], /^From an earlier run.*PASS/);
    second.outputs.set("1", gate("FAIL"));
    results.addResult(second, "1");
    assert.match(texts()[0], /^✘ FAIL/);
  });

  test("of a run that was restored from the history are an earlier run's", () => {
    results.restore(runOf(GRAPH, { restored: true }, { 1: gate("PASS"), 3: { images: [] } }));
    const [first, , saved] = texts();
    assert.match(first, /^From an earlier run/);
    assert.equal(saved, "");
  });

  test("of a run that is not the newest do not come back", () => {
    const first = begin({});
    begin({ 1: gate("FAIL") });
    first.outputs.set("1", gate("PASS"));
    results.addResult(first, "1");
    assert.match(texts()[0], /FAIL/);
  });

  test("are not on a node of another type that has the same number now", () => {
    begin({ 1: gate("PASS") });
    nodes[0].type = "KSampler";
    assert.equal(texts()[0], "");
  });

  test("go when a node is replaced, and nothing is left of them", () => {
    begin({ 1: gate("PASS") });
    assert.match(texts()[0], /PASS/);
    nodes[0].type = "KSampler";
    assert.equal(texts()[0], "");
    assert.deepEqual(nodes[0].widgets, []);
  });

  test("are not in a workflow that was cleared since: its numbers are other nodes'", () => {
    begin({ 1: gate("PASS") });
    app.rootGraph.id = "another";
    assert.deepEqual(texts(), ["", "", ""]);
  });

  test("do not come back to a number that another node has after undo", () => {
    begin({ 1: gate("FAIL") });
    const [undone] = nodes.splice(0, 1);
    results.forgetMissingNodes();
    nodes.unshift(node(1, "AnimeGate"));
    assert.equal(texts()[0], "");
    assert.equal(undone.id, 1);
  });

  test("are marked as an earlier run's once ComfyUI has begun anew", () => {
    begin({ 1: gate("PASS") }, { state: "success" });
    results.markEarlier();
    assert.match(texts()[0], /^From an earlier run/);
  });

  test("are not drawn for a node that shows none of the pack's", () => {
    begin({ 2: { images: ["a.png"] } });
    assert.equal(texts()[1], "");
  });
});

describe("nodes that the newest run did not reach", () => {
  test("name the node that blocked, in place of their earlier result", () => {
    begin({ 1: gate("PASS"), 2: gate("PASS"), 3: { images: [] } }, { state: "success" });
    assert.match(texts()[1], /PASS/);
    begin({ 1: gate("FAIL", { anime_blocked: [0] }) });
    const [first, second, third] = texts();
    assert.match(first, /^✘ FAIL/);
    assert.equal(second, "Not reached: Node 1 blocked");
    assert.equal(third, "Nothing saved in this runNot reached: Node 1 blocked");
  });

  test("name the node that failed", () => {
    begin({}, { state: "error", failedAt: "1" });
    assert.equal(texts()[1], "Not reached: Node 1 failed");
  });

  test("name a node by its type where it is gone", () => {
    begin({}, { state: "error", failedAt: "1" });
    nodes.shift();
    assert.equal(texts()[0], "Not reached: AnimeGate failed");
  });

  test("are forgotten when the next run begins", () => {
    begin({}, { state: "error", failedAt: "1" });
    texts();
    begin({});
    assert.deepEqual(texts(), ["", "", ""]);
  });
});

test("a Save Job node that saved nothing says so once the run has ended", () => {
  const run = begin({});
  assert.equal(texts()[2], "");
  run.state = "success";
  assert.equal(texts()[2], "Nothing saved in this run");
});
