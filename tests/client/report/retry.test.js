import assert from "node:assert/strict";
import { test } from "node:test";

import { attemptsOf, explanationOf, isRetry } from "../../../web/client/report/retry.js";
import { measurement, report } from "./measurements.js";

const ATTEMPTS = [{ attempt: 1, seed: 7, report: null }];

test("the rounds of a retry are those that it noted", () => {
  const retry = measurement({ backend: "retry", details: { attempts: ATTEMPTS } });
  assert.ok(isRetry(retry));
  assert.deepEqual(attemptsOf(retry), ATTEMPTS);
});

test("a retry that noted nothing has no rounds", () => {
  assert.deepEqual(attemptsOf(measurement({ backend: "retry" })), []);
});

test("another measurement has no rounds, even with details of that name", () => {
  const other = measurement({ backend: "numpy", details: { attempts: ATTEMPTS } });
  assert.ok(!isRetry(other));
  assert.deepEqual(attemptsOf(other), []);
});

test("an attempt is explained by the first of its deciding measurements that it still has", () => {
  const [one, other] = ["one", "other"].map((name) => measurement({ name }));
  const whole = { ...report(one, other), deciding: ["other", "one"] };
  assert.equal(explanationOf(whole), other);
  assert.equal(explanationOf({ ...whole, measurements: [one] }), one);
  assert.equal(explanationOf({ ...whole, measurements: [] }), undefined);
});
