import assert from "node:assert/strict";
import { afterEach, describe, test } from "node:test";

import * as job from "../../../web/client/jobs/job.js";
import { speak } from "../editor/app.js";
import { row } from "./rows.js";

afterEach(() => speak("en"));

describe("a job's name", () => {
  test("is its shot, within everything else that is named", () => {
    const names = { project: "P", episode: "E", scene: "S", shot: "T", character: "C" };
    assert.deepEqual(job.jobName(row(names)), { name: "T", within: "P · E · S · C" });
  });

  test("is the nearest name that it has", () => {
    assert.equal(job.jobName(row({ project: "P", episode: "E", scene: "S" })).name, "S");
    assert.equal(job.jobName(row({ project: "P", episode: "E", character: "C" })).name, "E");
    assert.equal(job.jobName(row({ project: "P", character: "C" })).name, "C");
    assert.deepEqual(job.jobName(row({ project: "P" })), { name: "P", within: "" });
  });

  test("is not said twice where scene and character are called alike", () => {
    const names = { project: "P", scene: "Mika", character: "Mika" };
    assert.deepEqual(job.jobName(row(names)), { name: "Mika", within: "P" });
  });

  test("is the start of its id where nothing is named", () => {
    assert.deepEqual(job.jobName(row()), { name: "Job 01234567", within: "" });
    speak("ja");
    assert.equal(job.jobName(row()).name, "ジョブ01234567");
  });
});

describe("a job's state", () => {
  test("has a word in every language and a symbol of its own", () => {
    for (const language of ["en", "ja", "zh"]) {
      speak(language);
      for (const state of job.STATES) {
        assert.ok(!job.stateText(row({ state })).includes("state."), `${language} ${state}`);
      }
    }
    assert.equal(new Set(job.STATES.map((state) => job.STATE_SYMBOLS[state])).size, 6);
  });

  test("says how far a running job is, once there is something to say", () => {
    assert.equal(job.stateText(row({ state: "in_progress", progress: 0.426 })), "Running 43%");
    assert.equal(job.stateText(row({ state: "in_progress", progress: 0 })), "Running");
    assert.equal(job.stateText(row({ state: "in_progress", progress: null })), "Running");
  });

  test("says nothing of the progress of a job that does not run", () => {
    assert.equal(job.stateText(row({ state: "failed", progress: 0.5 })), "Failed");
  });
});

describe("a job's verdict", () => {
  test("is what was measured, while it runs and when it is done", () => {
    assert.equal(job.verdictOf(row({ state: "in_progress", verdict: "FAIL" })), "FAIL");
    assert.equal(job.verdictOf(row({ state: "completed", verdict: "PASS" })), "PASS");
  });

  test("is none where the job failed, was cancelled or is lost", () => {
    for (const state of ["failed", "cancelled", "lost"]) {
      assert.equal(job.verdictOf(row({ state, verdict: "PASS" })), null);
    }
  });
});

describe("the reason of a job", () => {
  const measured = { reason_code: "no_frames", reason_values: {}, reason: "No frame." };

  test("is the error of a failed job", () => {
    assert.equal(job.jobReason(row({ state: "failed", error: "Out of memory", ...measured })),
      "Out of memory"); // prettier-ignore
  });

  test("is not what was measured before the job failed or was cancelled", () => {
    assert.equal(job.jobReason(row({ state: "failed", ...measured })), "");
    assert.equal(job.jobReason(row({ state: "cancelled", error: "Interrupted", ...measured })), "");
  });

  test("is the worst measurement's, in the editor's language", () => {
    assert.equal(job.jobReason(row(measured)), "No frame.");
    speak("ja");
    assert.equal(job.jobReason(row(measured)), "測定するフレームがありません。");
    const withoutValues = row({ ...measured, reason_values: null });
    assert.equal(job.jobReason(withoutValues), job.jobReason(row(measured)));
  });

  test("is empty where nothing was measured", () => {
    assert.equal(job.jobReason(row()), "");
    assert.equal(job.jobReason(row({ reason_code: "no_frames" })), "");
  });
});

describe("the order of jobs", () => {
  const sorted = (...jobs) => jobs.sort(job.newerFirst).map(({ id }) => id).join("");
  const at = (id, created_at) => row({ id, created_at });

  test("is the newer first, whatever offset the times are written with", () => {
    const [early, late] = ["2025-01-01T10:00:00+09:00", "2025-01-01T02:00:00Z"];
    assert.equal(sorted(at("a", early), at("b", late)), "ba");
  });

  test("tells jobs of one millisecond apart by their microseconds", () => {
    const [early, late] = ["2025-01-01T00:00:00.123456Z", "2025-01-01T00:00:00.123457Z"];
    assert.equal(sorted(at("b", early), at("a", late)), "ab");
    assert.equal(sorted(at("a", late), at("b", early)), "ab");
  });

  test("is by id, the greater first, for jobs of the same microsecond", () => {
    const time = "2025-01-01T00:00:00.123456Z";
    assert.equal(sorted(at("a", time), at("c", time), at("b", time)), "cba");
    assert.equal(job.newerFirst(at("a", time), at("a", time)), 0);
  });
});

test("a listed job keeps only what the list shows", () => {
  const listed = job.listedJob({ ...row({ id: "x" }), graph: { large: true } });
  assert.deepEqual(listed, row({ id: "x" }));
});

describe("what the database says of a listed job", () => {
  test("is taken over, and the job stays the same object", () => {
    const listed = row({ state: "pending" });
    assert.equal(job.mergeJob(listed, row({ state: "in_progress", thumbnail: "/t" })), listed);
    assert.deepEqual([listed.state, listed.thumbnail], ["in_progress", "/t"]);
  });

  test("does not bring a job back that has ended", () => {
    const listed = row({ state: "failed", verdict: null });
    job.mergeJob(listed, row({ state: "in_progress", progress: 0.9, verdict: "PASS" }));
    assert.deepEqual([listed.state, listed.progress, listed.verdict], ["failed", null, null]);
  });

  test("brings a lost job back", () => {
    const listed = row({ state: "lost" });
    job.mergeJob(listed, row({ state: "in_progress" }));
    assert.equal(listed.state, "in_progress");
  });
});

describe("a lost job", () => {
  const heard = "2025-01-01T14:03:20Z";

  test("says which process ended without a word, and when it was last heard", () => {
    const lost = row({ state: "lost", last_heard_at: heard, process_pid: 4711 });
    const sentence = /on tower \(process 4711\) ended without a word; .* heard at Jan 1, 2025/;
    assert.match(job.jobReason(lost), sentence);
    assert.doesNotMatch(job.jobReason({ ...lost, process_pid: null }), /process/);
    speak("ja");
    assert.match(job.jobReason(lost), /towerのComfyUI（プロセス4711）/);
  });

  test("says the time alone if that was today", () => {
    const now = new Date().toISOString();
    const reason = job.jobReason(row({ state: "lost", last_heard_at: now, process_pid: 1 }));
    assert.match(reason, /heard at \d+:\d\d\s[AP]M\.$/);
  });

  test("of a process that was never heard says so", () => {
    assert.match(job.jobReason(row({ state: "lost" })), /never said how it ended/);
  });
});

test("takes of one shot are told apart by seed and attempt", () => {
  assert.equal(job.takeText(row({ seed: "1234", attempt: 2 })), "seed 1234 · attempt 2");
  assert.equal(job.takeText(row({ seed: String(2n ** 64n - 1n) })), "seed 18446744073709551615");
  assert.equal(job.takeText(row()), "");
});
