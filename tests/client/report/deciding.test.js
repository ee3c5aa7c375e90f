import assert from "node:assert/strict";
import { test } from "node:test";

import { deciding, withCurve } from "../../../web/client/report/deciding.js";
import { measurement, report } from "./measurements.js";

const namesOf = (measurements) => measurements.map(({ name }) => name);
const fails = (name, value) => measurement({ name, value, verdict: "FAIL" });
const unmeasured = (name) => measurement({ name, value: null, verdict: "NOT_MEASURED" });

test("of a failed report only what does not pass is shown, the worst first", () => {
  const { shown, more } = deciding(
    report(measurement(), unmeasured("absent"), fails("bad", 0.4), fails("worst", 0.1)),
  );
  assert.deepEqual(namesOf(shown), ["worst", "bad", "absent"]);
  assert.equal(more, 0);
});

test("three of many failures are shown, and the rest is counted", () => {
  const values = [0.5, 0.4, 0.3, 0.2, 0.1].map((value) => fails(`at ${value}`, value));
  const { shown, more } = deciding(report(...values));
  assert.deepEqual(namesOf(shown), ["at 0.1", "at 0.2", "at 0.3"]);
  assert.equal(more, 2);
});

test("of a passed report the two weakest are shown, however many there are", () => {
  const [strong, weak, middle] = [0.9, 0.6, 0.7].map((value) =>
    measurement({ name: `at ${value}`, value }),
  );
  const { shown, more } = deciding(report(strong, weak, middle));
  assert.deepEqual(namesOf(shown), ["at 0.6", "at 0.7"]);
  assert.equal(more, 0);
});

test("a failing measurement that is not required does not decide", () => {
  const hint = { ...fails("hint", 0), required: false };
  assert.deepEqual(namesOf(deciding(report(hint, measurement())).shown), ["loop.seam_position"]);
});

test("where nothing is required, the first two of the report are shown in its order", () => {
  const values = ["a", "b", "c"].map((name) => measurement({ name, required: false }));
  values[2].verdict = "FAIL";
  assert.deepEqual(deciding(report(...values)), { shown: values.slice(0, 2), more: 0 });
});

test("equally strong measurements keep the order of the report", () => {
  const values = ["a", "b", "c"].map((name) => measurement({ name }));
  assert.deepEqual(namesOf(deciding(report(...values)).shown), ["a", "b"]);
});

test("a curve needs values of two frames, and what decided comes first", () => {
  const one = measurement({ name: "one value", per_frame: [1, null, null] });
  const hint = measurement({ name: "hint", required: false, per_frame: [1, 2] });
  const passed = measurement({ name: "passed", per_frame: [1, null, 2] });
  const failed = { ...fails("failed", 0), per_frame: [1, 2] };
  const ordered = withCurve(report(one, hint, passed, failed));
  assert.deepEqual(namesOf(ordered), ["failed", "passed", "hint"]);
});

test("what could not be measured comes before what passed with a full score", () => {
  const full = measurement({ name: "full score", value: 1, per_frame: [1, 1] });
  const unknown = { ...unmeasured("absent"), per_frame: [1, null, 1] };
  assert.deepEqual(namesOf(withCurve(report(full, unknown))), ["absent", "full score"]);
});
