import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { measurement, report } from "../../report/measurements.js";

const { measurementPairs, parameterDifferences, workflowDifferences } = await import(
  "../../../../web/client/jobs/compare/differences.js"
);

/** Return the report of a node. */
const of = (node_id, ...measurements) => ({
  node_id, title: `T${node_id}`, report: report(...measurements),
}); // prettier-ignore
const param = (values) => ({
  node_id: "3", node_type: "KSampler", kind: "seed", name: "seed", written: "7", sha256: null,
  ...values,
}); // prettier-ignore
const none = { seeds: [], models: [], parameters: [] };

describe("the measurements of two jobs", () => {
  test("stand beside one another, with the better value", () => {
    const flicker = (value) => measurement({ name: "flicker", better: "lower", value });
    const likeness = (value) => measurement({ name: "likeness", better: "higher", value });
    const pairs = measurementPairs(
      [of("4", flicker(2), likeness(0.9))],
      [of("4", flicker(1), likeness(0.8), measurement({ name: "noise" }))],
    );
    assert.deepEqual(
      pairs.map(({ name, better }) => [name, better]),
      [["flicker", "second"], ["likeness", "first"], ["noise", null]],
    ); // prettier-ignore
    assert.equal(pairs[2].first, null);
    assert.equal(pairs[0].report, "T4");
  });

  test("have no better one if they are equal, absent or should lie in a band", () => {
    for (const [one, other, better] of [[1, 1, "lower"], [null, 1, "lower"], [1, 2, "band"]]) {
      const of4 = (value) => [of("4", measurement({ value, better }))];
      assert.equal(measurementPairs(of4(one), of4(other))[0].better, null);
    }
  });

  test("belong together by node, else by subject", () => {
    const [one, other] = ["first", "second"].map((name) => measurement({ name }));
    const pairs = measurementPairs([of("4", one), of("5", other)], [of("5", other), of("9", one)]);
    assert.deepEqual(pairs.map(({ name, second }) => [name, second?.name]), [
      ["first", "first"], ["second", "second"],
    ]); // prettier-ignore
  });

  test("leave out the attempts of a retry", () => {
    assert.deepEqual(measurementPairs([of("4", measurement({ backend: "retry" }))], []), []);
  });
});

describe("the parameters of two jobs", () => {
  test("are listed if they differ: seeds, models, and all others", () => {
    const model = (written, sha256 = null) =>
      param({ node_id: "1", kind: "model", name: "ckpt_name", written, sha256 });
    const steps = (written) => param({ kind: "steps", name: "steps", written });
    const differences = parameterDifferences(
      [param({}), model("a.safetensors"), steps("20")],
      [param({ written: "8" }), model("b.safetensors"), steps("20"), param({ node_id: "6" })],
    );
    assert.deepEqual(differences, {
      seeds: [
        { kind: "seed", node: "3", name: "seed", first: "7", second: "8" },
        { kind: "seed", node: "6", name: "seed", first: null, second: "7" },
      ],
      models: [{
        kind: "model", node: "1", name: "ckpt_name", first: "a.safetensors",
        second: "b.safetensors",
      }],
      parameters: [],
    }); // prettier-ignore
  });

  test("tell apart files of the same name by their hash", () => {
    const lora = (sha256) => [param({ kind: "lora", name: "lora_name", written: "x", sha256 })];
    const { models } = parameterDifferences(lora("a".repeat(64)), lora("b".repeat(64)));
    assert.deepEqual([models[0].first, models[0].second], ["x (aaaaaaaaaa)", "x (bbbbbbbbbb)"]);
  });
});

describe("the workflows of two jobs", () => {
  const node = (class_type, inputs = {}) => {
    return { class_type, inputs, _meta: { title: `My ${class_type}` } };
  };

  test("differ by nodes and by inputs", () => {
    const first = { 1: node("A", { x: 1, y: ["2", 0] }), 2: node("B"), 3: node("C") };
    const second = { 1: node("A", { x: 1, y: ["4", 0] }), 2: node("D"), 4: node("E") };
    const changed = { name: "y", first: ["2", 0], second: ["4", 0] };
    assert.deepEqual(workflowDifferences(first, second, none), [
      { node: "1", title: "My A", change: "changed", inputs: [changed] },
      { node: "2", title: "My B", change: "replaced", inputs: [] },
      { node: "3", title: "My C", change: "removed", inputs: [] },
      { node: "4", title: "My E", change: "added", inputs: [] },
    ]);
  });

  test("leave out what stands among the parameters, and are unknown without a graph", () => {
    const [first, second] = [7, 8].map((seed) => ({ 3: node("KSampler", { seed }) }));
    const seeds = [{ kind: "seed", node: "3", name: "seed", first: "7", second: "8" }];
    assert.deepEqual(workflowDifferences(first, second, { ...none, seeds }), []);
    assert.deepEqual(workflowDifferences(null, second, none), []);
  });
});
