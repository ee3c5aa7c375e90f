import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";

import { newSeeds } from "../../../../web/client/jobs/detail/seeds.js";

const seed = (node_id, name, written) => ({ node_id, name, written, kind: "seed" });

beforeEach(() => {
  let draws = 0;
  mock.method(Math, "random", () => (draws += 1) / 4);
});
afterEach(() => mock.restoreAll());

test("each seed gets a new one, which all nodes have room for", () => {
  const seeds = newSeeds([seed("3", "seed", "7"), seed("9:4", "noise_seed", "8")]);
  assert.deepEqual(seeds, { "3.seed": 2 ** 29, "9:4.noise_seed": 2 ** 30 });
});

test("inputs that had one seed have one again", () => {
  const seeds = newSeeds([seed("3", "seed", "7"), seed("4", "seed", "8"), seed("5", "seed", "7")]);
  assert.equal(seeds["3.seed"], seeds["5.seed"]);
  assert.notEqual(seeds["3.seed"], seeds["4.seed"]);
});

test("only seeds that were written down are drawn anew", () => {
  const steps = { node_id: "3", name: "steps", written: "20", kind: "steps" };
  assert.deepEqual(newSeeds([steps, seed("3", "seed", null)]), {});
});
