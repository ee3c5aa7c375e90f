/** Extension of the editor that displays results on the nodes. */

import { app } from "../../../scripts/app.js";
import { api } from "../../../scripts/api.js";
import { useStyleSheet } from "../element.js";
import { pathOf, rootGraph } from "./find.js";
import { fitAllOutputs, watchOutputs } from "./gate_outputs.js";
import { findRun, findRunByOutputs, runFromHistory } from "./history.js";
import { explainMissingReports } from "./missing_report.js";
import { allWorkflows, onWorkflowOpened, openPaths, openWorkflow } from "./open_workflow.js";
import { recordRun, runsOf } from "./own_runs.js";
import { QueuedRuns } from "./queued_runs.js";
import { SAVES } from "./reach.js";
import { hasResults } from "./results.js";
import { dropSounds } from "./sounds.js";
import { showBadges } from "../verdict/badges.js";
import { WorkflowResults } from "./workflow_results.js";

/** @import { Run } from "./run.js" */

/** @type {WeakMap<object, WorkflowResults>} results by the workflow of a tab */
const resultsOf = new WeakMap();
/** @type {WeakMap<Run, object>} */
const workflowOf = new WeakMap();

const runs = new QueuedRuns({
  origin: () => ({ workflow: openWorkflow(), graph: rootGraph()?.id ?? "" }),
  onQueued(run, { workflow, graph }) {
    if (!workflow) return;
    workflowOf.set(run, workflow);
    recordRun({ prompt: run.id, workflow: graph, path: workflow.path });
  },
  onStarted(run) {
    const workflow = workflowOf.get(run);
    if (!workflow) return;
    resultsIn(workflow).startRun(run);
    draw(workflow);
  },
  onOutput(run, path) {
    const workflow = workflowOf.get(run);
    if (!workflow) return;
    resultsIn(workflow).addResult(run, path);
    draw(workflow);
    if (run.has(path, SAVES)) queueMicrotask(() => dropSounds(path)); // after the editor kept them
  },
  onEnded(run) {
    const workflow = workflowOf.get(run);
    if (workflow && run.missedMessages) void complete(run, workflow);
    else if (workflow) draw(workflow);
  },
  onRefused: explainMissingReports,
});

const SHEETS = [
  "vendor/uplot/uPlot.min", "report/report", "player/player", "nodes/results", "nodes/popup",
  "remedies/remedies", "verdict/badges",
]; // prettier-ignore
for (const sheet of SHEETS) {
  useStyleSheet(new URL(`../${sheet}.css`, import.meta.url).href);
}

app.registerExtension({
  name: "animeproduction.OnTheNodes",

  setup() {
    runs.listen();
    onWorkflowOpened(showWorkflow);
    showWorkflow(); // a workflow may be open already
    const events = /** @type {any} */ (api);
    events.addEventListener("reconnected", catchUp);
    events.addEventListener("graphChanged", () => {
      const workflow = openWorkflow();
      const results = workflow && resultsOf.get(workflow);
      results?.forgetMissingNodes();
      results?.fit();
    });
  },

  /**
   * Give a Gate the outputs that it needs, and declare the files of Save Job as images. Otherwise
   * Nodes 2.0 treats every file of a node with a VIDEO input as a video, even an animated WebP. It
   * recognizes real videos by their file name.
   *
   * @param {any} node
   */
  nodeCreated(node) {
    if (node.comfyClass === SAVES) node.previewMediaType = "image";
    watchOutputs(node);
  },

  /** Fit the outputs of the Gates before the editor compares the workflow with the saved one. */
  afterConfigureGraph: fitAllOutputs,

  /**
   * Find the run of outputs that the editor restored from its history without the id of their run.
   *
   * @param {Record<string, any>} outputs
   */
  onNodeOutputsUpdated(outputs) {
    void restoreOutputs(outputs);
  },
});

/**
 * Return the results of a workflow; they are created if there are none.
 *
 * @param {object} workflow
 * @returns {WorkflowResults}
 */
function resultsIn(workflow) {
  let results = resultsOf.get(workflow);
  if (!results) {
    results = new WorkflowResults();
    resultsOf.set(workflow, results);
  }
  return results;
}

/**
 * Draw the results of a workflow if it is the open one.
 *
 * @param {object} workflow
 */
function draw(workflow) {
  if (workflow === openWorkflow()) resultsIn(workflow).draw();
}

/** Draw the results of the open workflow. After a reload of the page, restore them first. */
function showWorkflow() {
  const workflow = openWorkflow();
  if (!workflow) return;
  const results = resultsOf.get(workflow);
  if (!results) {
    showBadges([]); // those of the workflow that was open before
    return void restoreOwnRun(workflow);
  }
  results.forgetMissingNodes();
  results.draw();
}

/**
 * Restore the newest run that this browser tab queued from a workflow.
 *
 * @param {{path: string}} workflow
 */
async function restoreOwnRun(workflow) {
  const results = resultsIn(workflow);
  const graph = rootGraph()?.id;
  /** @type {Run[]} */
  const unfinished = [];
  for (const prompt of graph ? runsOf(graph, workflow.path, openPaths()) : []) {
    const run = await findRun(prompt);
    if (results.run) return; // the workflow was run in the meantime
    if (run && !run.ended) unfinished.push(run);
    else if (run && run.outputs.size > 0) {
      results.restore(run);
      break;
    }
  }
  for (const run of unfinished.reverse()) {
    workflowOf.set(run, workflow);
    runs.adopt(run);
    if (run.state === "running") results.startRun(run);
    await complete(run, workflow); // the run may have ended before `runs.adopt`
  }
  draw(workflow);
}

/**
 * Restore the run that produced outputs of the open workflow.
 *
 * @param {Record<string, any>} outputs by the editor's names of the nodes
 */
async function restoreOutputs(outputs) {
  const workflow = openWorkflow();
  const graph = rootGraph()?.id;
  if (!workflow || !graph || resultsIn(workflow).run) return;
  /** @type {[string, any][]} */
  const outputsByPath = [];
  for (const [locator, output] of Object.entries(outputs ?? {})) {
    const path = hasResults(output) && pathOf(locator);
    if (path) outputsByPath.push([path, output]);
  }
  if (outputsByPath.length === 0) return;
  const run = await findRunByOutputs(graph, outputsByPath);
  if (!run || resultsIn(workflow).run) return;
  resultsIn(workflow).restore(run);
  draw(workflow);
}

/**
 * Complete the runs whose end was missed while the page was disconnected, from ComfyUI's history.
 * If the history lacks a displayed run, ComfyUI was restarted. The results are then marked as those
 * of an earlier run.
 */
async function catchUp() {
  for (const run of runs.unfinished()) {
    run.missedMessages = true;
    const workflow = workflowOf.get(run);
    if (workflow) await complete(run, workflow);
  }
  for (const workflow of allWorkflows()) {
    const results = resultsOf.get(workflow);
    if (results?.run?.ended && !(await runFromHistory(results.run.id))) results.markEarlier();
  }
  showWorkflow();
}

/**
 * Complete a run from the history after messages of it were missed.
 *
 * @param {Run} run
 * @param {object} workflow
 */
async function complete(run, workflow) {
  const ended = await runFromHistory(run.id);
  if (ended) {
    const { state, startedAt, outputs, failedAt } = ended;
    Object.assign(run, { state, startedAt, outputs, failedAt, missedMessages: false });
    const results = resultsIn(workflow);
    if (!results.run || results.run.startedAt <= run.startedAt) results.startRun(run);
    for (const path of run.outputs.keys()) results.addResult(run, path);
  }
  draw(workflow);
}
