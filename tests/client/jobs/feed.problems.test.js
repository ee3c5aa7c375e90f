import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";

import { api } from "../editor/api.js";
import { settle } from "../editor/waiting.js";
import { WatchedFeed } from "./feed_of.js";
import { rows } from "./rows.js";

const SOON = 300;
const SECOND = 1000;

/** @type {WatchedFeed} */
let watched;

beforeEach(() => {
  watched = new WatchedFeed();
});
afterEach(() => watched.clock.stop());

describe("a request that fails", () => {
  test("says why, keeps the list, and is repeated after two seconds", async () => {
    await watched.find(rows(2, 1), "after-1");
    watched.feed.loadMore();
    await watched.fail();
    assert.equal(watched.feed.problem.code, "no_answer");
    assert.deepEqual(watched.ids, ["job-2", "job-1"]);
    await watched.clock.pass(2 * SECOND);
    assert.equal(watched.requestCount, 3);
    await watched.answer(rows(2, 1), "after-1");
    assert.equal(watched.feed.problem, null);
  });

  test("is repeated ever less often, at least every fifteen seconds", async () => {
    watched.feed.find({});
    for (const seconds of [2, 4, 8, 15, 15]) {
      await watched.fail();
      const before = watched.requestCount;
      await watched.clock.pass(seconds * SECOND - 50);
      assert.equal(watched.requestCount, before, `nothing is asked before ${seconds} s`);
      await watched.clock.pass(50);
      assert.equal(watched.requestCount, before + 1, `it is asked again after ${seconds} s`);
    }
  });

  test("is repeated soon again after an answer came in between", async () => {
    watched.feed.find({});
    await watched.fail();
    await watched.clock.pass(2 * SECOND);
    await watched.answer(rows(1, 1), "after-1");
    watched.feed.loadMore();
    await watched.fail();
    await watched.clock.pass(2 * SECOND);
    assert.equal(watched.requestCount, 4);
  });

  test("keeps events and scrolling from asking in the meantime", async () => {
    await watched.find(rows(2, 1), "after-1");
    watched.feed.loadMore();
    await watched.fail();
    watched.tell("job-3", "pending");
    watched.feed.loadMore();
    await watched.clock.pass(SECOND);
    assert.equal(watched.requestCount, 2);
  });

  test("of filters that are chosen no more is not repeated", async () => {
    watched.feed.find({ shot: "old" });
    await watched.fail();
    await watched.find(rows(1, 1));
    await watched.clock.pass(20 * SECOND);
    assert.equal(watched.requestCount, 2);
  });

  test("shows what the route said", async () => {
    watched.feed.find({});
    const refusal = { error: { code: "database_away", message: "The database can't be reached." } };
    api.requests[0].answer(refusal, 503);
    await settle();
    assert.equal(watched.feed.problem.message, "The database can't be reached.");
    assert.ok(watched.feed.isLoading);
  });
});

describe("while the panel is not on the screen", () => {
  test("nothing is asked until it is shown again", async () => {
    await watched.find(rows(1, 1));
    watched.watched = false;
    watched.tell("job-2", "pending");
    await watched.clock.pass(2 * SOON);
    assert.equal(watched.requestCount, 1);
    watched.watched = true;
    watched.feed.resume();
    await watched.answer(rows(2, 1));
    assert.deepEqual(watched.ids, ["job-2", "job-1"]);
    watched.feed.resume();
    assert.equal(watched.requestCount, 2, "nothing has happened since");
  });

  test("a request that was due is given up, and made up for later", async () => {
    await watched.find(rows(1, 1));
    watched.tell("job-2", "pending");
    watched.watched = false;
    await watched.clock.pass(2 * SOON);
    assert.equal(watched.requestCount, 1);
    watched.watched = true;
    watched.feed.resume();
    assert.equal(watched.requestCount, 2);
  });

  test("no page is asked for after a first one that was not asked for", () => {
    watched.watched = false;
    watched.feed.find({});
    watched.feed.loadMore();
    assert.equal(watched.requestCount, 0);
    watched.watched = true;
    watched.feed.resume();
    assert.equal(watched.query.cursor, undefined);
  });

  test("missed messages are noted", async () => {
    await watched.find(rows(1, 1));
    watched.watched = false;
    watched.feed.resync(10);
    assert.equal(watched.requestCount, 1);
    watched.watched = true;
    watched.feed.resume();
    assert.equal(watched.requestCount, 2);
  });
});

describe("after missed messages", () => {
  test("everything in use is asked for anew, page by page", async () => {
    await watched.find(rows(500, 451), "after-451");
    watched.feed.resync(300);
    assert.deepEqual([watched.query.limit, watched.query.cursor], ["200", undefined]);
    await watched.answer(rows(510, 311), "after-311");
    assert.equal(watched.query.cursor, "after-311");
    assert.equal(watched.ids.length, 50, "the list stands until all of it has come");
    await watched.answer(rows(310, 111), "after-111");
    assert.equal(watched.requestCount, 3);
    assert.equal(watched.ids.length, 400);
    assert.ok(!watched.feed.complete);
  });

  test("a job that is gone leaves the list, and a known one stays the same object", async () => {
    await watched.find(rows(3, 1));
    const kept = watched.feed.jobs[0];
    watched.feed.resync(3);
    await watched.answer(rows(3, 2));
    assert.deepEqual(watched.ids, ["job-3", "job-2"]);
    assert.equal(watched.feed.jobs[0], kept);
    assert.ok(watched.feed.complete);
  });

  test("at least fifty are asked for, and no more than two thousand", async () => {
    await watched.find(rows(3, 1));
    watched.feed.resync(1);
    assert.equal(watched.query.limit, "50");
    await watched.answer(rows(3, 1));
    watched.feed.resync(100_000);
    for (let page = 0; page < 10; page += 1) {
      await watched.answer(rows(9000 - 200 * page, 8801 - 200 * page), `page-${page}`);
    }
    assert.equal(watched.feed.jobs.length, 2000);
    assert.equal(watched.requestCount, 12);
  });

  test("an answer to an earlier request is thrown away", async () => {
    await watched.find(rows(3, 1), "after-1");
    watched.feed.loadMore();
    const late = api.requests.at(-1);
    watched.feed.resync(3);
    late.answer({ jobs: rows(0, 0), next: null });
    await settle();
    assert.deepEqual(watched.ids, ["job-3", "job-2", "job-1"]);
    await watched.answer(rows(4, 1));
    assert.deepEqual(watched.ids, ["job-4", "job-3", "job-2", "job-1"]);
  });
});
