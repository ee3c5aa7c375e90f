import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { openWorkflow } from "../../../../web/client/jobs/detail/workflow.js";
import { app } from "../../editor/app.js";

/** @type {any[][]} the calls of the editor */
let calls;

beforeEach(() => {
  calls = [];
  app.loadGraphData = async (...request) => calls.push(["loadGraphData", ...request]);
  app.loadApiJson = async (...request) => calls.push(["loadApiJson", ...request]);
  app.extensionManager.workflow = { workflows: [] };
  app.rootGraph = {
    nodes: [{ pos: [40, 80], size: [200, 100] }],
    groups: [],
    arrange: () => calls.push(["arrange"]),
  };
  app.canvas = {
    canvas: { getBoundingClientRect: () => ({ left: 0, top: 0, right: 1900, bottom: 1200 }) },
    ds: { scale: 3, offset: [0, 0] },
    setDirty: () => calls.push(["draw"]),
  };
  globalThis.requestAnimationFrame = (draw) => setTimeout(draw, 1);
  globalThis.document = { querySelector: () => null };
  globalThis.window = new EventTarget();
});

/** Send a gesture to the window, as if it were made on an element. */
function gesture(type, target) {
  const event = new Event(type);
  Object.defineProperty(event, "target", { value: target });
  window.dispatchEvent(event);
}

test("a workflow opens in a tab of its own: it has a new id each time", async () => {
  const workflow = { id: "old", nodes: [1] };
  assert.equal(await openWorkflow(workflow, { 1: {} }, "Job"), "detail.opened");
  await openWorkflow(workflow, null, "Job");
  const ids = calls.filter(([name]) => name.startsWith("load")).map(([, { id }]) => id);
  const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
  for (const id of ids) assert.match(id, uuid);
  assert.notEqual(ids[0], ids[1]);
  assert.deepEqual(calls[0][1].nodes, [1]);
  assert.equal(workflow.id, "old");
});

test("a workflow gets a title that no open or saved workflow has", async () => {
  app.extensionManager.workflow = {
    workflows: [{ path: "workflows/Job.json" }, { path: "workflows/Job (2).json" }],
  };
  await openWorkflow({ nodes: [] }, null, "Job");
  await openWorkflow(null, { 1: {} }, "Job");
  await openWorkflow(null, { 1: {} }, "Other");
  const opened = calls.filter(([name]) => name.startsWith("load"));
  const titles = opened.map(([name, ...request]) => request[name === "loadApiJson" ? 1 : 3]);
  assert.deepEqual(titles, ["Job (3)", "Job (3)", "Other"]);
});

test("without a workflow the graph is opened, arranged and brought into view", async () => {
  assert.equal(await openWorkflow(null, { 1: {} }, "Job"), "detail.opened_graph");
  assert.deepEqual(calls, [
    ["loadApiJson", { 1: {} }, "Job"],
    ["arrange"],
    ["draw"],
  ]);
  const { scale, offset } = app.canvas.ds;
  assert.equal(scale, 1);
  assert.deepEqual([...offset], [(1900 - 200) / 2 - 40, 60 + (1200 - 60 - 130) / 2 - 50]);
});

test("a workflow is shown as it was left, or brought into view if it has no view", async () => {
  await openWorkflow({ nodes: [], extra: { ds: { scale: 2, offset: [1, 2] } } }, null, "Job");
  assert.equal(app.canvas.ds.scale, 3, "the editor's own");
  await openWorkflow({ nodes: [] }, null, "Job");
  assert.equal(app.canvas.ds.scale, 1);
});

test("a job without either opens nothing", async () => {
  assert.equal(await openWorkflow(null, null, "Job"), "detail.no_graph");
  assert.deepEqual(calls, []);
});

test("the tab's name has nothing that a file's name can't have", async () => {
  await openWorkflow(null, {}, "S1/E2: “Who?” <a|b>");
  assert.equal(calls[0][2], "S1_E2_ “Who_” _a_b_");
});

test("somebody who moves the canvas before the workflow is in view keeps the view", async () => {
  const opened = openWorkflow({ nodes: [] }, null, "Job");
  setTimeout(() => gesture("wheel", { closest: () => "the canvas" }), 2);
  await opened;
  assert.deepEqual(app.canvas.ds, { scale: 3, offset: [0, 0] });
});

test("a click beside the canvas doesn't keep the view", async () => {
  const opened = openWorkflow({ nodes: [] }, null, "Job");
  setTimeout(() => gesture("pointerdown", { closest: () => null }), 2);
  await opened;
  assert.equal(app.canvas.ds.scale, 1);
});
