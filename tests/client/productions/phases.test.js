import assert from "node:assert/strict";
import { test } from "node:test";

import "../editor/page.js";
import { PhaseList } from "../../../web/client/productions/phases.js";

const attempt = (/** @type {number} */ number, more = {}) => ({
  ...{ id: `a${number}`, number, state: "running", seed: number, job_id: `j${number}` },
  ...{ verdict: null, score: null, reason: null, because: [], chosen: false, progress: 0 },
  ...{ thumbnail: null, started_at: "2026-01-01T00:00:00Z", finished_at: null, ...more },
});
const PASSED = { state: "passed", verdict: "PASS", score: 99, thumbnail: "/anime/jobs/j1/thumbnail" };

/** @param {object[]} attempts */
function phases(attempts) {
  const phase = { id: "p", phase: "sample_stills", name: "Stills", state: "running" };
  return /** @type {any[]} */ ([
    { ...phase, attempt_limit: 3, reason: null, because: [], files: [], attempts },
  ]);
}

/** @param {PhaseList} list */
function items(list) {
  return [...list.cards.values()].flatMap((card) => [...card.items.values()]);
}

test("an attempt keeps its element and its picture when another one is made", () => {
  const list = new PhaseList({ openJob: () => {} });
  list.fill(phases([attempt(1)]));
  const [first] = items(list);
  list.fill(phases([attempt(1, { progress: 0.5 })]));
  assert.equal(first.bar.value, 0.5);
  list.fill(phases([attempt(1, PASSED)]));
  const picture = first.picture.children[0];
  assert.match(/** @type {any} */ (picture).src, /jobs\/j1\/thumbnail/);
  assert.match(first.root.textContent ?? "", /PASS 99/);
  list.fill(phases([attempt(1, PASSED), attempt(2)]));
  assert.equal(items(list)[0], first);
  assert.equal(items(list).length, 2);
  assert.equal(first.picture.children[0], picture);
  assert.match(list.root.textContent ?? "", /Attempt 2 of at most 3/);
});

test("a picture opens its job, as the button does", () => {
  /** @type {string[]} */
  const opened = [];
  const list = new PhaseList({ openJob: (id) => opened.push(id) });
  list.fill(phases([attempt(1, PASSED)]));
  const [{ picture, open }] = items(list);
  for (const each of [picture, open]) each.dispatchEvent(new Event("click"));
  assert.deepEqual(opened, ["j1", "j1"]);
});
