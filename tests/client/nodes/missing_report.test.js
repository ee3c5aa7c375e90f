import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";

import { explainMissingReports } from "../../../web/client/nodes/missing_report.js";
import { app, speak, toasts } from "../editor/app.js";
import { Graph, subgraphNode } from "./graphs.js";

const [ALWAYS, MUTED, BYPASSED] = [0, 2, 4];
const MISSING = { errors: [missing("report")] };

/** @type {Graph} score -> gate; score and other -> merge -> save */
let graph;

/** @param {string} input */
function missing(input) {
  return { type: "required_input_missing", extra_info: { input_name: input } };
}

/**
 * Return a node that takes reports.
 *
 * @param {number} id
 * @param {string} title
 * @param {...string} required its inputs for reports
 */
function taker(id, title, ...required) {
  const inputs = required.map((name) => ({ name, type: "ANIME_REPORT" }));
  const nodeData = { input: { required: Object.fromEntries(required.map((name) => [name, []])) } };
  return { id, title, mode: ALWAYS, constructor: { nodeData }, inputs };
}

beforeEach(() => {
  toasts.length = 0;
  const score = { id: 1, title: "Score", mode: MUTED, inputs: [] };
  const other = { id: 2, title: "Other", mode: ALWAYS, inputs: [] };
  graph = new Graph([
    score, other, taker(3, "Gate", "report"), taker(4, "Merge", "report", "second"),
    taker(5, "Save", "report"),
  ]); // prettier-ignore
  graph.connect(1, 3, "report");
  app.rootGraph = graph;
});
afterEach(() => speak("en"));

/** Return the text of the only message. */
function text() {
  assert.equal(toasts.length, 1);
  return toasts[0].detail;
}

test("a muted node is named, with the node that it leaves without a report", () => {
  explainMissingReports({ 3: MISSING });
  assert.equal(toasts[0].severity, "warn");
  assert.equal(
    text(),
    "“Score” is muted. Without its report “Gate” can't run. Bypass “Gate” too, or turn “Score” on again.",
  );
});

test("a bypassed node is said to be bypassed, in the editor's language", () => {
  graph.getNodeById(1).mode = BYPASSED;
  explainMissingReports({ 3: MISSING });
  assert.match(text(), /^“Score” is bypassed/);
  speak("ja");
  explainMissingReports({ 3: MISSING });
  assert.match(text(), /^「Score」がバイパスされています。そのレポートがないと「Gate」は/);
});

test("a newer message takes the place of the older", () => {
  explainMissingReports({ 3: MISSING });
  explainMissingReports({ 3: MISSING });
  assert.equal(toasts.length, 1);
});

test("nodes that get their only report from the node without one are named too", () => {
  graph.connect(1, 4, "report");
  graph.connect(4, 5, "report");
  explainMissingReports({ 4: MISSING });
  assert.match(text(), /Without its report “Merge” and “Save” can't/);
});

test("a node that has a second report hands that on: what follows it is not named", () => {
  graph.connect(1, 4, "report");
  graph.connect(2, 4, "second");
  graph.connect(4, 5, "report");
  explainMissingReports({ 4: MISSING });
  assert.match(text(), /Without its report “Merge” can't/);
});

test("a follower that does not require its report is not named", () => {
  graph.connect(3, 5, "report");
  graph.getNodeById(5).constructor.nodeData.input.required = {};
  explainMissingReports({ 3: MISSING });
  assert.match(text(), /Without its report “Gate” can't/);
});

test("a circle of nodes comes to an end", () => {
  graph.connect(3, 5, "report");
  graph.connect(5, 3, "report");
  graph.getNodeById(5).mode = MUTED;
  explainMissingReports({ 3: MISSING });
  assert.match(text(), /Without its report “Gate” and “Save” can't/);
});

test("a node whose reports are all off hands on none: what follows it is named", () => {
  graph.getNodeById(2).mode = BYPASSED;
  graph.connect(1, 4, "report");
  graph.connect(2, 4, "second");
  graph.connect(4, 5, "report");
  explainMissingReports({ 4: MISSING });
  assert.equal(text().split("\n").length, 2); // one sentence for each that is off
  assert.match(text(), /“Score” is muted. Without its report “Merge” and “Save” can't/);
  assert.match(text(), /“Other” is bypassed. Without its report “Merge” and “Save” can't/);
});

test("a reroute between the two is looked through", () => {
  const [inputs, isVirtualNode] = [[{ name: "" }], true];
  const reroute = { id: 7, type: "Reroute", title: "", mode: ALWAYS, isVirtualNode, inputs };
  graph.add(reroute);
  graph.connect(1, 7, "");
  graph.connect(7, 3, "report");
  explainMissingReports({ 3: MISSING });
  assert.match(text(), /“Score” is muted. Without its report “Gate” can't/);
});

test("nodes in a subgraph are found", () => {
  const outer = subgraphNode(9, "outer", ...graph.nodes);
  Object.assign(outer.subgraph, { links: graph.links });
  app.rootGraph = new Graph([outer]);
  explainMissingReports({ "9:3": MISSING });
  assert.match(text(), /“Gate”/);
});

test("nothing is said where the node that gives the report is on", () => {
  graph.getNodeById(1).mode = ALWAYS;
  explainMissingReports({ 3: MISSING });
  assert.deepEqual(toasts, []);
});

test("nothing is said of other errors, other inputs, open inputs and unknown nodes", () => {
  explainMissingReports({ 3: { errors: [{ ...missing("report"), type: "bad_value" }] } });
  explainMissingReports({ 3: { errors: [missing("images")] } });
  explainMissingReports({ 3: {}, 5: MISSING, 77: MISSING });
  assert.deepEqual(toasts, []);
});
