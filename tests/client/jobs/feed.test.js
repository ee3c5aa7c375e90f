import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";

import { api } from "../editor/api.js";
import { settle } from "../editor/waiting.js";
import { WatchedFeed } from "./feed_of.js";
import { rows } from "./rows.js";

const SOON = 300; // milliseconds in which many events are answered by one request

/** @type {WatchedFeed} */
let watched;

beforeEach(() => {
  watched = new WatchedFeed();
});
afterEach(() => watched.clock.stop());

describe("looking for jobs", () => {
  test("asks for the newest fifty with the filters, and shows them", async () => {
    watched.feed.find({ state: "failed", text: "a b" });
    assert.deepEqual(watched.query, {
      path: "/anime/jobs", state: "failed", text: "a b", limit: "50",
    }); // prettier-ignore
    assert.ok(watched.feed.isLoading);
    await watched.answer(rows(2, 1, { state: "failed" }));
    assert.deepEqual(watched.ids, ["job-2", "job-1"]);
    assert.ok(!watched.feed.isLoading);
    assert.ok(watched.feed.complete);
  });

  test("throws the answer to earlier filters away, even one that has just begun", async () => {
    watched.feed.find({ shot: "old" });
    api.requests[0].answer({ jobs: rows(1, 1), next: null });
    watched.feed.find({ shot: "new" });
    await settle();
    assert.deepEqual(watched.ids, []);
    await watched.answer(rows(9, 9));
    assert.deepEqual(watched.ids, ["job-9"]);
    assert.equal(watched.feed.problem, null);
  });

  test("empties the list at once: jobs of other filters are not shown", async () => {
    await watched.find(rows(2, 1));
    watched.feed.find({ shot: "x" });
    assert.deepEqual(watched.ids, []);
    assert.ok(watched.feed.isLoading);
  });

  test("that finds nothing is complete", async () => {
    await watched.find([]);
    assert.ok(watched.feed.complete && !watched.feed.isLoading);
  });
});

describe("the next page", () => {
  test("continues at the cursor, until there is none", async () => {
    await watched.find(rows(4, 3), "after-3", { shot: "x" });
    assert.ok(!watched.feed.complete);
    watched.feed.loadMore();
    const { cursor, limit, shot } = watched.query;
    assert.deepEqual([cursor, limit, shot], ["after-3", "200", "x"]);
    await watched.answer(rows(2, 1));
    assert.deepEqual(watched.ids, ["job-4", "job-3", "job-2", "job-1"]);
    assert.ok(watched.feed.complete);
    watched.feed.loadMore();
    assert.equal(watched.requestCount, 2);
  });

  test("is asked for once, however often the list is scrolled", async () => {
    await watched.find(rows(4, 3), "after-3");
    watched.feed.loadMore();
    watched.feed.loadMore();
    assert.equal(watched.requestCount, 2);
  });

  test("is not asked for before the first has come", () => {
    watched.feed.find({});
    watched.feed.loadMore();
    assert.equal(watched.requestCount, 1);
  });

  test("repeats no job that is there already", async () => {
    await watched.find(rows(4, 3), "after-3");
    watched.feed.loadMore();
    await watched.answer(rows(3, 2));
    assert.deepEqual(watched.ids, ["job-4", "job-3", "job-2"]);
  });

  test("of earlier filters is thrown away when it comes", async () => {
    await watched.find(rows(4, 3), "after-3");
    watched.feed.loadMore();
    await watched.find(rows(9, 9));
    assert.deepEqual(watched.ids, ["job-9"]);
    assert.ok(watched.feed.complete);
  });
});

describe("an event", () => {
  test("of a listed job changes it, and the same object stays in the list", async () => {
    await watched.find(rows(1, 1, { state: "pending" }));
    const [job] = watched.feed.jobs;
    watched.tell("job-1", "in_progress", { progress: 0.5 });
    assert.equal(watched.feed.jobs[0], job);
    assert.deepEqual([job.state, job.progress], ["in_progress", 0.5]);
    await watched.clock.pass(SOON);
    assert.equal(watched.requestCount, 1, "the event says it all");
  });

  test("of a job that starts asks once for what is new, however many come", async () => {
    await watched.find(rows(1, 1));
    for (const id of ["job-2", "job-3", "job-4"]) {
      watched.tell(id, "pending");
      assert.equal(watched.requestCount, 1);
      await watched.clock.pass(SOON / 3);
    }
    assert.equal(watched.requestCount, 2);
    await watched.answer(rows(4, 1));
    assert.deepEqual(watched.ids, ["job-4", "job-3", "job-2", "job-1"]);
    await watched.clock.pass(2 * SOON);
    assert.equal(watched.requestCount, 2);
  });

  test("of a job that ends tells so once and asks for its picture", async () => {
    await watched.find(rows(1, 1, { state: "in_progress" }));
    watched.tell("job-1", "completed", { verdict: "PASS", score: 80 });
    watched.tell("job-1", "completed", { verdict: "PASS", score: 80 });
    assert.deepEqual(watched.ended, ["job-1"]);
    await watched.clock.pass(SOON);
    await watched.answer(rows(1, 1, { verdict: "PASS", thumbnail: "/t" }));
    assert.equal(watched.feed.jobs[0].thumbnail, "/t");
  });

  test("of a job's end outlives an answer that was written before it", async () => {
    await watched.find(rows(1, 1, { state: "in_progress" }));
    watched.tell("job-2", "pending");
    await watched.clock.pass(SOON);
    watched.tell("job-1", "completed", { verdict: "PASS", score: 80 });
    await watched.answer(rows(2, 1, { state: "in_progress", progress: 0.9 }));
    const { state, progress, verdict, score } = watched.feed.jobs[1];
    assert.deepEqual([state, progress, verdict, score], ["completed", null, "PASS", 80]);
  });

  test("before the first page does no harm, and what it told is asked for", async () => {
    watched.feed.find({});
    watched.tell("job-1", "completed");
    await watched.answer(rows(1, 1, { state: "in_progress" }));
    await watched.clock.pass(2 * SOON);
    assert.equal(watched.requestCount, 2);
    await watched.answer(rows(1, 1));
    assert.equal(watched.feed.jobs[0].state, "completed");
  });

  test("while a page loads waits for it: there are never two requests at once", async () => {
    await watched.find(rows(4, 3), "after-3");
    watched.feed.loadMore();
    watched.tell("job-5", "pending");
    await watched.clock.pass(5 * SOON);
    assert.equal(watched.requestCount, 2);
    await watched.answer(rows(2, 1));
    await watched.clock.pass(SOON);
    assert.equal(watched.requestCount, 3);
    assert.equal(watched.query.cursor, undefined);
    await watched.answer(rows(5, 1));
    assert.deepEqual(watched.ids, ["job-5", "job-4", "job-3", "job-2", "job-1"]);
  });
});

describe("a job that no longer fits the filters", () => {
  test("leaves the list when its state changes", async () => {
    await watched.find(rows(2, 1, { state: "in_progress" }), null, { state: "in_progress" });
    watched.tell("job-2", "completed");
    assert.deepEqual(watched.ids, ["job-1"]);
    assert.deepEqual(watched.ended, ["job-2"]);
  });

  test("leaves the list when its verdict does, and a failed job has none", async () => {
    await watched.find(rows(2, 1, { state: "in_progress", verdict: "PASS" }), null,
      { verdict: "PASS" }); // prettier-ignore
    watched.tell("job-2", "in_progress", { verdict: "FAIL" });
    watched.tell("job-1", "failed", { verdict: "PASS" });
    assert.deepEqual(watched.ids, []);
  });

  test("stays where jobs without a verdict are looked for", async () => {
    await watched.find(rows(1, 1, { state: "in_progress" }), null, { verdict: "none" });
    watched.tell("job-1", "cancelled");
    assert.deepEqual(watched.ids, ["job-1"]);
    watched.tell("job-1", "completed", { verdict: "PASS" });
    assert.deepEqual(watched.ids, []);
  });

  test("is not brought back by a page that was on its way", async () => {
    await watched.find(rows(4, 3, { state: "pending" }), "after-3", { state: "pending" });
    watched.feed.loadMore();
    watched.tell("job-4", "in_progress");
    await watched.answer(rows(2, 1, { state: "pending" }));
    assert.deepEqual(watched.ids, ["job-3", "job-2", "job-1"]);
  });
});

describe("asking for what is new", () => {
  test("keeps the older jobs that are known, and their cursor", async () => {
    await watched.find(rows(4, 3), "after-3");
    watched.feed.loadMore();
    await watched.answer(rows(2, 1), "after-1");
    watched.tell("job-5", "pending");
    await watched.clock.pass(SOON);
    await watched.answer(rows(5, 4), "after-4");
    assert.deepEqual(watched.ids, ["job-5", "job-4", "job-3", "job-2", "job-1"]);
    watched.feed.loadMore();
    assert.equal(watched.query.cursor, "after-1");
  });

  test("drops what is gone from the database", async () => {
    await watched.find(rows(4, 1), "after-1");
    watched.tell("job-5", "pending");
    await watched.clock.pass(SOON);
    await watched.answer([...rows(5, 4), ...rows(2, 2)], "after-2");
    assert.deepEqual(watched.ids, ["job-5", "job-4", "job-2", "job-1"]);
  });

  test("begins anew where so much is new that the pages do not meet", async () => {
    await watched.find(rows(4, 3), "after-3");
    watched.tell("job-9", "pending");
    await watched.clock.pass(SOON);
    await watched.answer(rows(9, 8), "after-8");
    assert.deepEqual(watched.ids, ["job-9", "job-8"]);
    watched.feed.loadMore();
    assert.equal(watched.query.cursor, "after-8");
  });

  test("keeps what a job said before, in the same object", async () => {
    await watched.find(rows(1, 1));
    const [job] = watched.feed.jobs;
    watched.tell("job-2", "pending");
    await watched.clock.pass(SOON);
    await watched.answer(rows(2, 1, { review: "approved" }));
    assert.equal(watched.feed.jobs[1], job);
    assert.equal(job.review, "approved");
  });
});
