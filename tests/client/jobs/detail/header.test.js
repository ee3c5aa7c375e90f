import assert from "node:assert/strict";
import { test } from "node:test";

import "../../editor/page.js";
import { runSeconds } from "../../../../web/client/jobs/detail/header.js";

const START = "2025-01-01T12:00:00Z";

test("a job that has ended ran from its start to its end", () => {
  const job = { state: "completed", started_at: START, finished_at: "2025-01-01T12:00:06Z" };
  assert.equal(runSeconds(job), 6);
});

test("a lost job ran at least until its ComfyUI was last heard, and nothing is said before", () => {
  const lost = { state: "lost", started_at: START, finished_at: "2025-01-01T12:00:00.100Z" };
  assert.equal(runSeconds({ ...lost, last_heard_at: "2025-01-01T12:00:04Z" }), 4);
  assert.equal(runSeconds({ ...lost, last_heard_at: "2025-01-01T11:59:56Z" }), null);
  assert.equal(runSeconds({ ...lost, last_heard_at: null }), null);
  assert.equal(runSeconds({ ...lost, started_at: null, last_heard_at: START }), null);
});
