import assert from "node:assert/strict";
import { test } from "node:test";

import { decidingGroups, decidingMeasurements, withCurve } from "../../../web/client/report/deciding.js";
import { measurement, report } from "./measurements.js";

const namesOf = (measurements) => measurements.map(({ name }) => name);
const fails = (name) => measurement({ name, verdict: "FAIL" });
const inOrder = (names, ...measurements) => ({ ...report(...measurements), deciding: names });

test("of a failed report only what does not pass is shown, in the order that the report gives", () => {
  const { listed, more } = decidingMeasurements(
    inOrder(["worst", "bad", "good"], measurement({ name: "good" }), fails("bad"), fails("worst")),
  );
  assert.deepEqual(namesOf(listed), ["worst", "bad"]);
  assert.equal(more, 0);
});

test("three of many failures are shown, and the rest is counted", () => {
  const { listed, more } = decidingMeasurements(report(...["a", "b", "c", "d", "e"].map(fails)));
  assert.deepEqual(namesOf(listed), ["a", "b", "c"]);
  assert.equal(more, 2);
});

test("of a passed report the two weakest are shown, however many there are", () => {
  const values = ["a", "b", "c"].map((name) => measurement({ name }));
  const { listed, more } = decidingMeasurements(inOrder(["c", "a", "b"], ...values));
  assert.deepEqual(namesOf(listed), ["c", "a"]);
  assert.equal(more, 0);
});

test("a failing measurement that is not required does not decide", () => {
  const hint = { ...fails("hint"), required: false };
  const { listed } = decidingMeasurements(report(hint, measurement()));
  assert.deepEqual(namesOf(listed), ["loop.seam_position"]);
});

test("where nothing is required, the first two of the report are shown in its order", () => {
  const values = ["a", "b", "c"].map((name) => measurement({ name, required: false }));
  values[2].verdict = "FAIL";
  const expected = { listed: values.slice(0, 2), more: 0 };
  assert.deepEqual(decidingMeasurements(report(...values)), expected);
});

test("the report of an attempt that an older version recorded is shown too", () => {
  const old = { ...report(measurement(), fails("bad")), deciding: undefined };
  assert.equal(decidingMeasurements(old).listed.length, 2);
});

test("a curve needs values of two frames, and what decided comes first", () => {
  const one = measurement({ name: "one value", per_frame: [1, null, null] });
  const hint = measurement({ name: "hint", required: false, per_frame: [1, 2] });
  const passed = measurement({ name: "passed", per_frame: [1, null, 2] });
  const failed = { ...fails("failed"), per_frame: [1, 2] };
  const ordered = withCurve(inOrder(["failed", "one value", "passed"], one, hint, passed, failed));
  assert.deepEqual(namesOf(ordered), ["failed", "passed", "hint"]);
});

test("measurements with the same reason are one group, and at most three reasons are shown", () => {
  const because = (name, reason) => ({ ...fails(name), reason });
  const { groups, more } = decidingGroups(
    report(
      because("a", "Too short."), because("b", "Too short."), because("c", "Dark."),
      because("d", "Too short."), because("e", "Grey."), because("f", "Red."), because("g", "Red."),
    ), // prettier-ignore
  );
  assert.deepEqual(groups.map(namesOf), [["a", "b", "d"], ["c"], ["e"]]);
  assert.equal(more, 2);
});

test("measurements with the same reason and different verdicts are two groups", () => {
  const absent = { ...fails("b"), verdict: "NOT_MEASURED", reason: "Too short." };
  const { groups } = decidingGroups(report({ ...fails("a"), reason: "Too short." }, absent));
  assert.deepEqual(groups.map(namesOf), [["a"], ["b"]]);
});
