import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { recordRun, runsOf } from "../../../web/client/nodes/own_runs.js";

/** @type {Map<string, string>} */
let stored;

/** @param {string} prompt */
const note = (prompt, workflow = "w", path = "a.json") => recordRun({ prompt, workflow, path });

beforeEach(() => {
  stored = new Map();
  globalThis.sessionStorage = {
    getItem: (key) => stored.get(key) ?? null,
    setItem: (key, value) => stored.set(key, value),
  };
});

test("the runs of a workflow are found, the newest first", () => {
  note("one");
  note("two");
  assert.deepEqual(runsOf("w", "a.json", ["a.json"]), ["two", "one"]);
});

test("two tabs of one workflow, and other workflows, have runs of their own", () => {
  note("one");
  note("other tab", "w", "b.json");
  note("other workflow", "v");
  assert.deepEqual(runsOf("w", "a.json", ["a.json", "b.json"]), ["one"]);
});

test("a workflow that was saved under a name keeps its runs", () => {
  note("one", "w", "Unsaved.json");
  assert.deepEqual(runsOf("w", "named.json", ["named.json"]), ["one"]);
  // Not where they may be another tab's, open or closed.
  assert.deepEqual(runsOf("w", "named.json", ["named.json", "Unsaved.json"]), []);
  note("two", "w", "other.json");
  assert.deepEqual(runsOf("w", "named.json", ["named.json"]), []);
});

test("only the newest forty are kept", () => {
  for (let number = 1; number <= 50; number += 1) note(`run ${number}`);
  const runs = runsOf("w", "a.json", ["a.json"]);
  assert.deepEqual([runs.length, runs[0], runs.at(-1)], [40, "run 50", "run 11"]);
});

test("anything else that is stored under the name is no run", () => {
  for (const text of ["{", "null", '{"a": 1}', "3"]) {
    stored.set("animeProduction.runs", text);
    assert.deepEqual(runsOf("w", "a.json", ["a.json"]), []);
  }
  note("one");
  assert.deepEqual(runsOf("w", "a.json", ["a.json"]), ["one"]);
});

test("a browser that keeps nothing is no error", () => {
  globalThis.sessionStorage.setItem = () => {
    throw new Error("QuotaExceededError");
  };
  note("one");
  delete globalThis.sessionStorage;
  note("two");
  assert.deepEqual(runsOf("w", "a.json", ["a.json"]), []);
});
