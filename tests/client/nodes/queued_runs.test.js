import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";

import { LEFT_OUT, QueuedRuns } from "../../../web/client/nodes/queued_runs.js";
import { Run } from "../../../web/client/nodes/run.js";
import { api } from "../editor/api.js";
import { settle } from "../editor/waiting.js";
import { promptNode } from "./runs.js";

const PROMPT = { output: { 1: promptNode("AnimeGate") } };

/** @type {any[][]} calls of the listener: the event and its arguments */
let notices;
/** @type {{resolve: (answer: any) => void, reject: (error: any) => void}[]} */
let posts;
/** @type {any[][]} the arguments of each post */
let requests;
let origin;
/** @type {QueuedRuns} */
let runs;

const events = () => notices.map(([event]) => event);
const say = (type, detail) => api.dispatchCustomEvent(type, { prompt_id: "p", ...detail });
const output = { anime_gate: [[{ verdict: "PASS" }]] };

beforeEach(() => {
  notices = [];
  posts = [];
  requests = [];
  origin = "workflow";
  api.queuePrompt = (...request) => {
    requests.push(request);
    return new Promise((resolve, reject) => posts.push({ resolve, reject }));
  };
  const events = notices; // those of earlier tests still listen, to their own events
  const note = (event) => (run, more) => events.push([event, run, more]);
  runs = new QueuedRuns({
    origin: () => origin, onQueued: note("queued"), onStarted: note("started"),
    onOutput: note("showed"), onEnded: note("ended"), onRefused: note("refused"),
  }); // prettier-ignore
  runs.listen();
});

/** Queue a prompt that ComfyUI accepts. */
async function queue(id = "p", options = undefined) {
  const answer = api.queuePrompt(0, PROMPT, options);
  posts.at(-1).resolve({ prompt_id: id });
  return answer;
}

describe("a prompt of this page", () => {
  test("has what a node measured so far until the node has its result", async () => {
    await queue();
    say("execution_start", { timestamp: 5 });
    const partials = () => [...notices[0][1].partials];
    say("anime.partial", { node: "1", report: { frames: 3 } });
    say("anime.partial", { node: "1", report: { frames: 9 } });
    assert.deepEqual(partials(), [["1", { frames: 9 }]]);
    assert.deepEqual(events(), ["queued", "started", "showed", "showed"]);
    say("executed", { node: "1", output });
    assert.deepEqual(partials(), []);
  });

  test("has nothing left of what a node had measured when the run was interrupted", async () => {
    await queue();
    say("execution_start", { timestamp: 5 });
    say("anime.partial", { node: "1", report: { frames: 3 } });
    say("execution_interrupted", {});
    assert.equal(notices[0][1].partials.size, 0);
    assert.equal(events().at(-1), "ended");
  });

  test("is followed from the queue to its end", async () => {
    await queue();
    say("execution_start", { timestamp: 5 });
    say("executed", { node: "1", output });
    say("execution_success", {});
    assert.deepEqual(events(), ["queued", "started", "showed", "ended"]);
    const run = notices[0][1];
    assert.deepEqual([run.id, run.state, run.startedAt, run.targets], ["p", "success", 5, null]);
    assert.deepEqual(run.outputs.get("1"), output);
    assert.equal(notices[2][2], "1");
    assert.deepEqual(runs.unfinished(), []);
  });

  test("belongs to the workflow that was open when it was queued", async () => {
    const answer = api.queuePrompt(0, PROMPT);
    origin = "another workflow";
    posts[0].resolve({ prompt_id: "p" });
    await answer;
    assert.equal(notices[0][2], "workflow");
  });

  test("is handed to the editor unchanged, and so is the answer", async () => {
    const options = { partialExecutionTargets: [4, "5:6"] };
    assert.deepEqual(await queue("p", options), { prompt_id: "p" });
    assert.deepEqual(requests, [[0, PROMPT, options]]);
    assert.deepEqual(notices[0][1].targets, ["4", "5:6"]);
  });

  test("is not finished before ComfyUI says so", async () => {
    await queue();
    say("execution_start", {});
    assert.deepEqual(runs.unfinished(), [notices[0][1]]);
    assert.ok(notices[0][1].startedAt > 0, "an older ComfyUI sends no time");
  });

  test("shows what a copy in a loop gave on the node that it was copied from", async () => {
    await queue();
    say("executed", { node: "20.0.0.0_1", display_node: "20.0.0.0_1", output });
    assert.deepEqual(notices[1].slice(2), ["1"]);
    say("execution_error", { node_id: "20.0.0.1_1" });
    assert.equal(notices[0][1].failedAt, "1");
  });

  test("goes on behind a block that has a message, which ComfyUI calls an error", async () => {
    await queue();
    say("execution_error", { node_id: "1", exception_type: "ExecutionBlocked" });
    say("executed", { node: "1", output });
    say("execution_success", {});
    assert.deepEqual(events(), ["queued", "showed", "ended"]);
    assert.equal(notices[0][1].state, "success");
  });

  test("that fails knows the node it failed at", async () => {
    await queue();
    say("execution_error", { node_id: 7 });
    const [event, run] = notices[1];
    assert.deepEqual([event, run.state, run.failedAt], ["ended", "error", "7"]);
  });

  test("that is interrupted failed nowhere", async () => {
    await queue();
    say("execution_interrupted", { node_id: "7" });
    assert.deepEqual([notices[1][1].state, notices[1][1].failedAt], ["interrupted", ""]);
  });

  test("that has ended hears no more", async () => {
    await queue();
    say("execution_success", {});
    say("executed", { node: "1", output });
    assert.deepEqual(events(), ["queued", "ended"]);
  });

  test("is known again after the page was loaded anew", () => {
    const run = new Run("p", PROMPT.output);
    runs.adopt(run);
    say("executed", { node: "1", output });
    assert.deepEqual(notices, [["showed", run, "1"]]);
  });
});

describe("a node's output", () => {
  test("is kept by the node that shows it", async () => {
    await queue();
    say("executed", { node: "9", display_node: "2:9", output });
    assert.equal(notices[1][2], "2:9");
  });

  test("is not reported for a cached node without pictures", async () => {
    await queue();
    say("executed", { node: "1", output: null });
    assert.deepEqual(events(), ["queued"]);
  });

  test("is not reported if the pack only removes the editor's pictures", async () => {
    await queue();
    say("executed", { node: "1", output: { images: [] }, [LEFT_OUT]: true });
    assert.deepEqual(events(), ["queued"]);
    assert.equal(notices[0][1].outputs.size, 0);
  });
});

describe("messages that come before the answer to the request", () => {
  test("are reported after it, in their order", async () => {
    const answer = api.queuePrompt(0, PROMPT);
    say("execution_start", {});
    say("executed", { node: "1", output });
    say("execution_success", {});
    assert.deepEqual(events(), []);
    posts[0].resolve({ prompt_id: "p" });
    await answer;
    assert.deepEqual(events(), ["queued", "started", "showed", "ended"]);
  });

  test("of another prompt are not reported", async () => {
    const answer = api.queuePrompt(0, PROMPT);
    say("execution_start", { prompt_id: "another" });
    posts[0].resolve({ prompt_id: "p" });
    await answer;
    assert.deepEqual(events(), ["queued"]);
  });

  test("wait for the request that they belong to, where several are under way", async () => {
    api.queuePrompt(0, PROMPT);
    const second = api.queuePrompt(0, PROMPT);
    say("execution_start", { prompt_id: "second" });
    posts[0].resolve({ prompt_id: "first" });
    await settle();
    posts[1].resolve({ prompt_id: "second" });
    await second;
    assert.deepEqual(notices.map(([event, run]) => `${event} ${run.id}`),
      ["queued first", "queued second", "started second"]); // prettier-ignore
  });

  test("are forgotten once no request is under way", async () => {
    const answer = api.queuePrompt(0, PROMPT);
    say("execution_start", { prompt_id: "later" });
    posts[0].resolve({ prompt_id: "p" });
    await answer;
    await queue("later");
    assert.deepEqual(events(), ["queued", "queued"]);
  });
});

test("a prompt of another page is not followed", async () => {
  await queue();
  say("execution_start", { prompt_id: "other" });
  say("execution_success", { prompt_id: "other" });
  assert.deepEqual(events(), ["queued"]);
});

describe("a prompt that ComfyUI refuses", () => {
  const errors = { 1: { errors: [{ type: "required_input_missing" }] } };

  test("tells of its nodes, and the editor gets the error", async () => {
    const answer = api.queuePrompt(0, PROMPT);
    const error = Object.assign(new Error("refused"), { response: { node_errors: errors } });
    posts[0].reject(error);
    await assert.rejects(answer, error);
    assert.deepEqual(notices, [["refused", errors, undefined]]);
  });

  test("tells of its nodes where only some outputs are refused", async () => {
    const answer = api.queuePrompt(0, PROMPT);
    posts[0].resolve({ prompt_id: "p", node_errors: errors });
    await answer;
    assert.deepEqual(events(), ["queued", "refused"]);
  });

  test("for a reason of no node tells nothing", async () => {
    const answer = api.queuePrompt(0, PROMPT);
    posts[0].reject(new TypeError("fetch failed"));
    await assert.rejects(answer, TypeError);
    const accepted = api.queuePrompt(0, PROMPT);
    posts[1].resolve({ prompt_id: "q", node_errors: {} });
    await accepted;
    assert.deepEqual(events(), ["queued"]);
  });

  test("leaves no message behind", async () => {
    const answer = api.queuePrompt(0, PROMPT);
    say("execution_start", {});
    posts[0].reject(new TypeError("fetch failed"));
    await assert.rejects(answer);
    await queue();
    assert.deepEqual(events(), ["queued"]);
  });
});
