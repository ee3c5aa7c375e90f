import assert from "node:assert/strict";
import { test } from "node:test";

import { deciding, withCurve } from "../../../web/client/report/deciding.js";
import { measurement, report } from "./measurements.js";

const namesOf = (measurements) => measurements.map(({ name }) => name);
const fails = (name) => measurement({ name, verdict: "FAIL" });
const inOrder = (names, ...measurements) => ({ ...report(...measurements), deciding: names });

test("of a failed report only what does not pass is shown, in the order that the report gives", () => {
  const { shown, more } = deciding(
    inOrder(["worst", "bad", "good"], measurement({ name: "good" }), fails("bad"), fails("worst")),
  );
  assert.deepEqual(namesOf(shown), ["worst", "bad"]);
  assert.equal(more, 0);
});

test("three of many failures are shown, and the rest is counted", () => {
  const { shown, more } = deciding(report(...["a", "b", "c", "d", "e"].map(fails)));
  assert.deepEqual(namesOf(shown), ["a", "b", "c"]);
  assert.equal(more, 2);
});

test("of a passed report the two weakest are shown, however many there are", () => {
  const values = ["a", "b", "c"].map((name) => measurement({ name }));
  const { shown, more } = deciding(inOrder(["c", "a", "b"], ...values));
  assert.deepEqual(namesOf(shown), ["c", "a"]);
  assert.equal(more, 0);
});

test("a failing measurement that is not required does not decide", () => {
  const hint = { ...fails("hint"), required: false };
  assert.deepEqual(namesOf(deciding(report(hint, measurement())).shown), ["loop.seam_position"]);
});

test("where nothing is required, the first two of the report are shown in its order", () => {
  const values = ["a", "b", "c"].map((name) => measurement({ name, required: false }));
  values[2].verdict = "FAIL";
  assert.deepEqual(deciding(report(...values)), { shown: values.slice(0, 2), more: 0 });
});

test("the report of an attempt that an older version recorded is shown too", () => {
  const old = { ...report(measurement(), fails("bad")), deciding: undefined };
  assert.equal(deciding(old).shown.length, 2);
});

test("a curve needs values of two frames, and what decided comes first", () => {
  const one = measurement({ name: "one value", per_frame: [1, null, null] });
  const hint = measurement({ name: "hint", required: false, per_frame: [1, 2] });
  const passed = measurement({ name: "passed", per_frame: [1, null, 2] });
  const failed = { ...fails("failed"), per_frame: [1, 2] };
  const ordered = withCurve(inOrder(["failed", "one value", "passed"], one, hint, passed, failed));
  assert.deepEqual(namesOf(ordered), ["failed", "passed", "hint"]);
});
