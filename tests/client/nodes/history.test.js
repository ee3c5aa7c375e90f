import assert from "node:assert/strict";
import { afterEach, describe, test } from "node:test";

import {
  findRun, runFromHistory, runFromQueue, findRunByOutputs,
} from "../../../web/client/nodes/history.js"; // prettier-ignore
import { api } from "../editor/api.js";
import { promptNode } from "./runs.js";

const GRAPH = { 1: promptNode("AnimeGate"), "2:3": promptNode("AnimeLoopScore") };

/**
 * Serve these routes; others are not found.
 *
 * @param {Record<string, unknown>} routes
 */
function serve(routes) {
  api.serve((route) => routes[route] ?? new Response("", { status: 404 }));
}

/**
 * Return a prompt as ComfyUI's history has it.
 *
 * @param {[string, any][]} messages
 * @param {Record<string, any>} [outputs]
 * @param {Record<string, any>} [meta]
 */
function entry(messages, outputs = {}, meta = {}) {
  return { prompt: [0, "p", GRAPH, {}, []], status: { messages }, outputs, meta };
}

const STARTED = ["execution_start", { timestamp: 5 }];
const verdict = (name) => ({ anime_gate: [[{ verdict: name }]] });

afterEach(() => api.serve(null));

describe("a run of ComfyUI's history", () => {
  test("has its graph, its beginning, its end and its outputs", async () => {
    const outputs = { 1: verdict("PASS"), 3: verdict("FAIL") };
    const meta = { 3: { display_node: "2:3" } };
    serve({ "/history/p": { p: entry([STARTED, ["execution_success", {}]], outputs, meta) } });
    const run = await runFromHistory("p");
    assert.deepEqual([run.id, run.graph, run.state, run.startedAt], ["p", GRAPH, "success", 5]);
    assert.deepEqual([...run.outputs], [["1", verdict("PASS")], ["2:3", verdict("FAIL")]]);
    assert.ok(run.restored && run.ended);
  });

  test("gives a cached output to its own node, though it names the node that made it", async () => {
    const outputs = { 1: verdict("PASS"), 2: verdict("FAIL") };
    const meta = { 1: { display_node: "2" }, 2: { display_node: "2" } };
    const graph = { 1: { class_type: "A", inputs: {} }, 2: { class_type: "A", inputs: {} } };
    const cached = entry([STARTED], outputs, meta);
    cached.prompt[2] = graph;
    serve({ "/history/p": { p: cached } });
    const run = await runFromHistory("p");
    assert.deepEqual([...run.outputs], [["1", verdict("PASS")], ["2", verdict("FAIL")]]);
  });

  test("gives a copy's output to its original, though nothing names that", async () => {
    const outputs = { "20.0.0.0_1": verdict("FAIL"), "20.0.0.1_1": verdict("PASS") };
    serve({ "/history/p": { p: entry([STARTED], outputs) } });
    assert.deepEqual([...(await runFromHistory("p")).outputs], [["1", verdict("PASS")]]);
  });

  test("that failed knows where", async () => {
    serve({ "/history/p": { p: entry([STARTED, ["execution_error", { node_id: 3 }]]) } });
    const run = await runFromHistory("p");
    assert.deepEqual([run.state, run.failedAt], ["error", "3"]);
  });

  test("that was interrupted is no failure", async () => {
    serve({ "/history/p": { p: entry([STARTED, ["execution_interrupted", {}]]) } });
    assert.equal((await runFromHistory("p")).state, "interrupted");
  });

  test("has ended even where no message says so", async () => {
    serve({ "/history/p": { p: { ...entry([]), status: null } } });
    assert.equal((await runFromHistory("p")).state, "error");
  });

  test("is none where the history does not have it, or nothing answers", async () => {
    serve({ "/history/p": {} });
    assert.equal(await runFromHistory("p"), null);
    assert.equal(await runFromHistory("q"), null);
  });
});

describe("a run wherever it is", () => {
  test("is found though it ends between the questions, and is no earlier one", async () => {
    const ended = { p: entry([STARTED, ["execution_success", {}]], { 1: verdict("PASS") }) };
    const histories = [{}, ended];
    api.serve((route) =>
      route === "/queue" ? { queue_running: [], queue_pending: [] } : histories.shift(),
    );
    const run = await findRun("p");
    assert.deepEqual([run.state, run.restored], ["success", false]);
  });

  test("that ended before is an earlier one; one that nobody knows is none", async () => {
    serve({ "/history/p": { p: entry([STARTED, ["execution_success", {}]]) }, "/queue": {} });
    assert.ok((await findRun("p")).restored);
    assert.equal(await findRun("q"), null);
  });
});

describe("a run of ComfyUI's queue", () => {
  const queue = { queue_running: [[0, "p", GRAPH]], queue_pending: [[1, "q", GRAPH]] };

  test("runs or waits, and its messages so far were missed", async () => {
    serve({ "/queue": queue });
    const running = await runFromQueue("p");
    const waiting = await runFromQueue("q");
    assert.deepEqual([running.state, waiting.state], ["running", "queued"]);
    assert.ok(running.missedMessages && waiting.missedMessages && !running.restored);
    assert.equal(running.graph["1"].class_type, "AnimeGate");
  });

  test("is none where it has ended, or nothing answers", async () => {
    serve({ "/queue": queue });
    assert.equal(await runFromQueue("ended"), null);
    serve({});
    assert.equal(await runFromQueue("p"), null);
  });
});

describe("the run that gave these outputs", () => {
  const serveTwo = () =>
    serve({
      "/jobs?workflow_id=w%2F1&limit=20": { jobs: [{ id: "new" }, { id: "gone" }, { id: "old" }] },
      "/history/new": { new: entry([], { 1: { ...verdict("FAIL"), images: [] } }) },
      "/history/gone": {},
      "/history/old": { old: entry([], { 1: { ...verdict("PASS"), images: ["old.png"] } }) },
    });

  test("is the newest that gave exactly them", async () => {
    serveTwo();
    assert.equal((await findRunByOutputs("w/1", [["1", verdict("FAIL")]])).id, "new");
    assert.equal((await findRunByOutputs("w/1", [["1", verdict("PASS")]])).id, "old");
  });

  test("is told by the pack's outputs only: the editor adds pictures of its own", async () => {
    serveTwo();
    const restored = { images: ["other.png"], ...verdict("PASS") };
    assert.equal((await findRunByOutputs("w/1", [["1", restored]])).id, "old");
  });

  test("is found whatever order the outputs are in", async () => {
    const saved = { anime_character: [[{ name: "Mika" }]], ...verdict("PASS") };
    const restored = { ...verdict("PASS"), anime_character: [[{ name: "Mika" }]] };
    serve({
      "/jobs?workflow_id=w&limit=20": { jobs: [{ id: "p" }] },
      "/history/p": { p: entry([], { 1: saved }) },
    });
    assert.equal((await findRunByOutputs("w", [["1", restored]])).id, "p");
  });

  test("is none where no run gave all of them", async () => {
    serveTwo();
    const outputs = [["1", verdict("PASS")], ["2:3", verdict("PASS")]];
    assert.equal(await findRunByOutputs("w/1", outputs), null);
  });

  test("is none with a ComfyUI that cannot be asked for a workflow's runs", async () => {
    serve({});
    assert.equal(await findRunByOutputs("w", [["1", verdict("PASS")]]), null);
  });
});
