import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";

import { ShotGroups } from "../../../web/client/jobs/shot_groups.js";
import { api } from "../editor/api.js";
import { Clock, settle } from "../editor/waiting.js";
import { rows } from "./rows.js";

/** @type {ShotGroups} */
let groups;
/** @type {Clock} */
let clock;

/** Return a shot with a number of jobs. */
function shot(key, jobs, values = {}) {
  const newest = "2025-01-01T00:00:00Z";
  const names = { project: "P", episode: "", scene: "", shot: key };
  const counts = { jobs, passed: 0, approved: 0, newest, verdict: null, score: null };
  return { key, ...names, ...counts, ...values };
}

beforeEach(() => {
  api.serve(null);
  clock = new Clock();
  groups = new ShotGroups({ onChange: () => {}, onEnd: () => {}, isWatched: () => true });
});
afterEach(() => clock.stop());

/** Return the keys and ids of the items. */
const items = () => groups.items.map((each) => ("key" in each ? each.key : each.id));

/** Answer the newest request of a route. */
async function answer(start, json) {
  api.requests.findLast(({ route }) => route.startsWith(start)).answer(json);
  await settle();
}

async function find(shots, next = null) {
  groups.find({ verdict: "FAIL", order: "best" });
  await answer("/anime/shots", { shots, next });
}

describe("jobs by shot", () => {
  test("are shots first, with the filters and the order", async () => {
    await find([shot("1.1", 2), shot("1.0", 7)]);
    assert.equal(api.requests[0].route, "/anime/shots?verdict=FAIL&order=best&limit=100");
    assert.deepEqual(items(), ["1.1", "1.0"]);
    assert.ok(groups.complete && !groups.isLoading);
  });

  test("of an unfolded shot follow it, and only these", async () => {
    await find([shot("1.1", 2), shot("1.0", 7)]);
    groups.toggle(groups.items[0]);
    const { route } = api.requests.at(-1);
    assert.equal(route, "/anime/jobs?verdict=FAIL&order=best&group=1.1&limit=50");
    await answer("/anime/jobs", { jobs: rows(2, 1), next: null });
    assert.deepEqual(items(), ["1.1", "job-2", "job-1", "1.0"]);
    groups.toggle(groups.items[0]);
    assert.deepEqual(items(), ["1.1", "1.0"]);
  });

  test("of a shot go on where its jobs end, and not before they are near", async () => {
    await find([shot("1.1", 90), shot("1.0", 7)]);
    groups.toggle(groups.items[0]);
    await answer("/anime/jobs", { jobs: rows(90, 41), next: "on" });
    const before = api.requests.length;
    groups.loadTo(20);
    assert.equal(api.requests.length, before);
    groups.loadTo(60);
    assert.match(api.requests.at(-1).route, /group=1.1.*cursor=on/);
    await answer("/anime/jobs", { jobs: rows(40, 1), next: null });
    assert.equal(items().length, 92);
  });

  test("unfold by themselves if there is one shot", async () => {
    await find([shot("1.1", 2)]);
    assert.match(api.requests.at(-1).route, /^\/anime\/jobs\?.*group=1.1/);
  });

  test("of a folded shot cost no request, however much happens to them", async () => {
    await find([shot("1.1", 2), shot("1.0", 7)]);
    const before = api.requests.length;
    const event = { id: "x", state: "in_progress", progress: 0.1, verdict: null, score: null };
    for (let step = 0; step < 20; step++) groups.handleEvent(event);
    await clock.pass(1000);
    assert.equal(api.requests.length, before + 1); // the counts, once
    await answer("/anime/shots", { shots: [shot("1.1", 2), shot("1.0", 7)], next: null });
    for (let step = 0; step < 20; step++) groups.handleEvent(event);
    await clock.pass(2000);
    assert.equal(api.requests.length, before + 1);
  });

  test("are loaded again where the counts of an unfolded shot have changed", async () => {
    await find([shot("1.1", 1), shot("1.0", 7)]);
    groups.toggle(groups.items[0]);
    await answer("/anime/jobs", { jobs: rows(1, 1), next: null });
    groups.handleEvent({ id: "new", state: "completed" });
    await clock.pass(1000);
    await answer("/anime/shots", { shots: [shot("1.1", 2), shot("1.0", 7)], next: null });
    await clock.pass(300);
    await answer("/anime/jobs", { jobs: rows(2, 1), next: null });
    assert.deepEqual(items(), ["1.1", "job-2", "job-1", "1.0"]);
    assert.equal(groups.items[0].jobs, 2);
  });

  test("of earlier filters are thrown away, even if they arrive later", async () => {
    groups.find({ text: "old" });
    const [old] = api.requests;
    groups.find({ text: "new" });
    old.answer({ shots: [shot("1.9", 1), shot("1.8", 1)], next: null });
    await settle();
    assert.deepEqual(items(), []);
    await answer("/anime/shots", { shots: [shot("1.1", 1), shot("1.2", 1)], next: null });
    assert.deepEqual(items(), ["1.1", "1.2"]);
  });

  test("are asked for again after an error", async () => {
    groups.find({});
    api.requests.at(-1).fail();
    await settle();
    assert.equal(groups.problem.status, 0);
    await clock.pass(5000);
    await answer("/anime/shots", { shots: [shot("1.1", 1), shot("1.2", 1)], next: null });
    assert.equal(groups.problem, null);
    assert.deepEqual(items(), ["1.1", "1.2"]);
  });
});
