import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { RunningJobs } from "../../../web/client/jobs/running_jobs.js";
import { api } from "../editor/api.js";

let counts = [];
let running;

beforeEach(() => {
  counts = [];
  running = new RunningJobs((count) => counts.push(count));
});

test("the badge counts jobs that start and end", () => {
  running.handleEvent({ id: "a", state: "in_progress" });
  running.handleEvent({ id: "b", state: "in_progress" });
  running.handleEvent({ id: "a", state: "failed" });
  assert.deepEqual(counts, [1, 2, 1]);
});

test("the badge is not drawn anew for the progress of a job", () => {
  running.handleEvent({ id: "a", state: "in_progress" });
  running.handleEvent({ id: "a", state: "in_progress" });
  running.handleEvent({ id: "b", state: "pending" });
  assert.deepEqual(counts, [1]);
});

test("counting anew asks for running jobs and forgets those that have ended", async () => {
  running.handleEvent({ id: "gone", state: "in_progress" });
  api.serve(() => ({ jobs: [{ id: "a" }, { id: "b" }], next: null }));
  await running.count();
  running.handleEvent({ id: "a", state: "completed" });
  assert.deepEqual(counts, [1, 2, 1]);
  assert.match(api.requests[0].route, /^\/anime\/jobs\?state=in_progress&/);
});

test("a badge that cannot be counted shows none", async () => {
  running.handleEvent({ id: "a", state: "in_progress" });
  api.serve(() => new Response("", { status: 503 }));
  await running.count();
  assert.deepEqual(counts, [1, 0]);
});
