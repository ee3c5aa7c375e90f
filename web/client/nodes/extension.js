import { app } from "../../../scripts/app.js";
import { api } from "../../../scripts/api.js";
import { useStyleSheet } from "../element.js";
import { pathOf, rootGraph } from "./find.js";
import { findRun, runFromHistory, runThatGave } from "./history.js";
import { explainMissingReports } from "./missing_report.js";
import { knownWorkflows, onWorkflowOpened, openPaths, openWorkflow } from "./open_workflow.js";
import { noteRun, runsOf } from "./own_runs.js";
import { QueuedRuns } from "./queued_runs.js";
import { SAVES } from "./reach.js";
import { hasResults } from "./results.js";
import { WorkflowResults } from "./workflow_results.js";

/** @import { Run } from "./run.js" */

/** @type {WeakMap<object, WorkflowResults>} by the workflow of a tab */
const resultsOf = new WeakMap();
/** @type {WeakMap<Run, object>} */
const workflowOf = new WeakMap();

const runs = new QueuedRuns({
  origin: () => ({ workflow: openWorkflow(), graph: rootGraph()?.id ?? "" }),
  queued(run, { workflow, graph }) {
    if (!workflow) return;
    workflowOf.set(run, workflow);
    noteRun({ prompt: run.id, workflow: graph, path: workflow.path });
  },
  started(run) {
    const workflow = workflowOf.get(run);
    if (!workflow) return;
    resultsIn(workflow).started(run);
    draw(workflow);
  },
  showed(run, path) {
    const workflow = workflowOf.get(run);
    if (!workflow) return;
    resultsIn(workflow).showed(run, path);
    draw(workflow);
  },
  ended(run) {
    const workflow = workflowOf.get(run);
    if (workflow && run.missedMessages) void complete(run, workflow);
    else if (workflow) draw(workflow);
  },
  refused: explainMissingReports,
});

for (const sheet of ["../vendor/uplot/uPlot.min.css", "../report/report.css", "./results.css"]) {
  useStyleSheet(new URL(sheet, import.meta.url).href);
}

app.registerExtension({
  name: "AnimeProduction.OnTheNodes",

  setup() {
    runs.listen();
    onWorkflowOpened(opened);
    opened(); // a workflow may be open by now
    const events = /** @type {any} */ (api);
    events.addEventListener("reconnected", catchUp);
    events.addEventListener("graphChanged", () => {
      const workflow = openWorkflow();
      if (workflow) resultsOf.get(workflow)?.forgetGone();
    });
  },

  /**
   * Nodes 2.0 takes every file of a node with a VIDEO input for a video, an animated WebP too,
   * unless the node says otherwise. What is a video it tells by the file's name.
   *
   * @param {any} node
   */
  nodeCreated(node) {
    if (node.comfyClass === SAVES) node.previewMediaType = "image";
  },

  /**
   * The editor restored the outputs of a run from its history, and does not say of which.
   *
   * @param {Record<string, any>} outputs
   */
  onNodeOutputsUpdated(outputs) {
    void restoreOutputs(outputs);
  },
});

/**
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

/** @param {object} workflow */
function draw(workflow) {
  if (workflow === openWorkflow()) resultsIn(workflow).draw();
}

/** Draw what the open workflow has; after a reload of the page, what it had before. */
function opened() {
  const workflow = openWorkflow();
  if (!workflow) return;
  const results = resultsOf.get(workflow);
  if (!results) return void restoreOwnRun(workflow);
  results.forgetGone();
  results.draw();
}

/** @param {{path: string}} workflow */
async function restoreOwnRun(workflow) {
  const results = resultsIn(workflow);
  const graph = rootGraph()?.id;
  /** @type {Run[]} */
  const going = [];
  for (const prompt of graph ? runsOf(graph, workflow.path, openPaths()) : []) {
    const run = await findRun(prompt);
    if (results.run) return; // it ran in the meantime
    if (run && !run.ended) going.push(run);
    else if (run && run.outputs.size > 0) {
      results.restore(run);
      break;
    }
  }
  for (const run of going.reverse()) {
    workflowOf.set(run, workflow);
    runs.adopt(run);
    if (run.state === "running") results.started(run);
    await complete(run, workflow); // it may have ended before it was adopted
  }
  draw(workflow);
}

/** @param {Record<string, any>} outputs by the editor's names of the nodes */
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
  const run = await runThatGave(graph, outputsByPath);
  if (!run || resultsIn(workflow).run) return;
  resultsIn(workflow).restore(run);
  draw(workflow);
}

/** Messages were missed: what has ended meanwhile is read from the history, if it is there still. */
async function catchUp() {
  for (const run of runs.unfinished()) {
    run.missedMessages = true;
    const workflow = workflowOf.get(run);
    if (workflow) await complete(run, workflow);
  }
  for (const workflow of knownWorkflows()) {
    const results = resultsOf.get(workflow);
    if (results?.run?.ended && !(await runFromHistory(results.run.id))) results.markEarlier();
  }
  opened();
}

/**
 * Take what a run gave from the history, where messages of it were missed.
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
    if (!results.run || results.run.startedAt <= run.startedAt) results.started(run);
    for (const path of run.outputs.keys()) results.showed(run, path);
  }
  draw(workflow);
}
