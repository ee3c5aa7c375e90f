import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";

import { ServerWatch } from "../../../web/client/jobs/server_watch.js";
import { api } from "../editor/api.js";
import { page } from "../editor/page.js";
import { Clock, settle } from "../editor/waiting.js";

const PAUSE = 1500; // milliseconds between an answer and the next question
const PATIENCE = 2500; // milliseconds for an answer

/** @type {Clock} */
let clock;
/** @type {ServerWatch} */
let watch;
let isWatched = true;
let changes = [];

/** Answer the newest question. */
async function answer(status = 200) {
  api.requests.at(-1).answer({}, status);
  await settle();
}

beforeEach(() => {
  api.serve(null);
  clock = new Clock();
  isWatched = true;
  changes = [];
  page.hidden = false;
  watch = new ServerWatch({
    isWatched: () => isWatched,
    onChange: (silentSince) => changes.push(silentSince),
  });
});
afterEach(async () => {
  isWatched = false;
  watch.check();
  await settle();
  clock.stop();
});

test("a server that answers is asked again after a pause, and nothing changes", async () => {
  watch.start();
  await answer();
  await clock.pass(PAUSE - 50);
  assert.equal(api.requests.length, 1);
  await clock.pass(50);
  assert.equal(api.requests.length, 2);
  await answer(404);
  assert.deepEqual(changes, [], "any answer of ComfyUI's own will do");
  assert.equal(api.requests[0].route, "/prompt");
});

test("a server that lets a question hang is silent since it was asked", async () => {
  watch.start();
  const since = clock.elapsed;
  await clock.pass(PATIENCE - 50);
  assert.deepEqual(changes, []);
  await clock.pass(50);
  assert.deepEqual(changes, [since]);
  assert.equal(watch.silentSince, since);
});

test("a silence that goes on is reported once, and keeps its beginning", async () => {
  watch.start();
  const since = clock.elapsed;
  await clock.pass(3 * (PATIENCE + PAUSE));
  assert.ok(api.requests.length >= 3);
  assert.deepEqual(changes, [since]);
});

test("a server that answers again ends its silence", async () => {
  watch.start();
  await clock.pass(PATIENCE + PAUSE);
  await answer();
  assert.equal(changes.length, 2);
  assert.equal(changes[1], null);
});

test("a broken connection and the error of a proxy are a silence at once", async () => {
  watch.start();
  api.requests[0].fail();
  await settle();
  assert.equal(changes.length, 1);
  for (const status of [502, 503, 504]) {
    await clock.pass(PAUSE);
    await answer(status);
  }
  assert.equal(changes.length, 1);
  await clock.pass(PAUSE);
  await answer(500);
  assert.equal(changes[1], null, "an error of ComfyUI's own is an answer");
});

test("a page that slept does not take itself for a silent server", async () => {
  watch.start();
  clock.elapsed += 60_000; // the page was throttled: no tick came
  await clock.pass(PATIENCE); // in time for all ticks but the one that came late
  await answer();
  assert.deepEqual(changes, []);
});

test("there is one question at a time", async () => {
  watch.start();
  watch.check();
  watch.check();
  assert.equal(api.requests.length, 1);
});

test("looking asks at once, without waiting for the pause to end", async () => {
  watch.start();
  await answer();
  await clock.pass(500);
  watch.check();
  assert.equal(api.requests.length, 2);
  await answer();
  await clock.pass(PAUSE - 500);
  assert.equal(api.requests.length, 2, "the first pause was given up");
  await clock.pass(500);
  assert.equal(api.requests.length, 3);
});

test("a hidden page asks nothing, and asks as soon as it is seen", async () => {
  watch.start();
  page.setHidden(true);
  assert.ok(api.requests[0].options.signal.aborted);
  await clock.pass(3 * PATIENCE);
  assert.equal(api.requests.length, 1);
  assert.deepEqual(changes, [], "a question that was given up is no silence");
  page.setHidden(false);
  assert.equal(api.requests.length, 2);
});

test("a page that is hidden and seen at once asks anew", async () => {
  watch.start();
  page.setHidden(true);
  page.setHidden(false);
  await settle();
  assert.equal(api.requests.length, 2);
  assert.deepEqual(changes, []);
});

test("a panel that is closed ends the watch", async () => {
  watch.start();
  await answer();
  isWatched = false;
  await clock.pass(2 * PAUSE);
  page.setHidden(false);
  isWatched = true;
  page.setHidden(false);
  assert.equal(api.requests.length, 1);
  watch.start();
  assert.equal(api.requests.length, 2);
});
