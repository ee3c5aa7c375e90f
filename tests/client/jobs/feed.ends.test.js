import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";

import { WatchedFeed } from "./feed_of.js";
import { rows } from "./rows.js";

const SOON = 300; // milliseconds in which many events are answered by one request

/** @type {WatchedFeed} */
let watched;

beforeEach(() => {
  watched = new WatchedFeed();
});
afterEach(() => watched.clock.stop());

describe("a job that ends far down the list, as the first of a long queue does", () => {
  beforeEach(async () => {
    await watched.find(rows(300, 251, { state: "pending" }), "after-251");
    watched.feed.loadMore();
    await watched.answer(rows(250, 51, { state: "pending" }), "after-51");
    watched.tell("job-200", "completed");
    watched.tell("job-290", "cancelled");
    await watched.clock.pass(SOON);
    await watched.answer(rows(300, 251), "after-251");
  });

  test("gets its picture: pages are asked for until it comes", async () => {
    const { cursor, limit } = watched.query;
    assert.deepEqual([cursor, limit], ["after-251", "200"]);
    await watched.answer(rows(250, 51, { thumbnail: "/t" }), "after-51");
    assert.equal(watched.feed.jobs[100].thumbnail, "/t");
    assert.equal(watched.ids.length, 250);
    watched.feed.loadMore();
    assert.equal(watched.query.cursor, "after-51");
  });

  test("gets its picture later where the request for it fails", async () => {
    await watched.fail();
    await watched.clock.pass(2000);
    await watched.answer(rows(300, 251), "after-251");
    assert.equal(watched.query.cursor, "after-251");
  });

  test("is looked for once", async () => {
    await watched.answer(rows(250, 51), "after-51");
    watched.tell("job-301", "pending");
    await watched.clock.pass(SOON);
    const { requestCount } = watched;
    await watched.answer(rows(301, 252), "after-252");
    assert.equal(watched.requestCount, requestCount);
  });
});

describe("a job that ends while its page is on its way", () => {
  /** Load a page that was read before one of its jobs ended. */
  async function load(filters = {}) {
    await watched.find(rows(300, 251, { state: "in_progress" }), "after-251", filters);
    watched.feed.loadMore();
    watched.tell("job-200", "completed", { verdict: "PASS", score: 80 });
    await watched.answer(rows(250, 51, { state: "in_progress", progress: 0.9 }), "after-51");
  }

  test("has ended in the list, too", async () => {
    await load();
    const { state, progress, verdict, score } = watched.feed.jobs[100];
    assert.deepEqual([state, progress, verdict, score], ["completed", null, "PASS", 80]);
    assert.equal(watched.feed.jobs[101].state, "in_progress");
  });

  test("gets its picture", async () => {
    await load();
    await watched.clock.pass(SOON);
    await watched.answer(rows(300, 251, { state: "in_progress" }), "after-251");
    assert.equal(watched.query.cursor, "after-251");
  });

  test("is not listed where only running jobs are looked for", async () => {
    await load({ state: "in_progress" });
    assert.equal(watched.ids.length, 249);
    assert.ok(!watched.ids.includes("job-200"));
  });

  test("is what the database says once that has been asked again", async () => {
    await load();
    watched.feed.resync(300);
    await watched.answer(rows(300, 101), "after-101");
    await watched.answer(rows(100, 1, { state: "failed" }));
    watched.feed.find({});
    await watched.answer(rows(200, 151, { state: "in_progress" }));
    assert.equal(watched.feed.jobs[0].state, "in_progress");
  });
});

describe("a job whose files are read after its end", () => {
  beforeEach(async () => {
    await watched.find(rows(300, 251, { state: "in_progress" }), null);
    watched.tell("job-299", "completed", { verdict: "PASS", score: 80 });
    await watched.clock.pass(SOON);
    await watched.answer(rows(300, 251, { state: "completed" }));
  });

  test("gets its picture when it ends again", async () => {
    const { requestCount } = watched;
    watched.tell("job-299", "completed", { verdict: "PASS", score: 80 });
    await watched.clock.pass(SOON);
    assert.equal(watched.requestCount, requestCount + 1);
    await watched.answer(rows(300, 251, { thumbnail: "/t" }));
    assert.equal(watched.feed.jobs[1].thumbnail, "/t");
    assert.deepEqual(watched.ended, ["job-299"], "it ended once");
  });

  test("is not asked for again once it has a picture", async () => {
    watched.tell("job-299", "completed");
    await watched.clock.pass(SOON);
    await watched.answer(rows(300, 251, { thumbnail: "/t" }));
    const { requestCount } = watched;
    watched.tell("job-299", "completed");
    await watched.clock.pass(SOON);
    assert.equal(watched.requestCount, requestCount);
  });
});
