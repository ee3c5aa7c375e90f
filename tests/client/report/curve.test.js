import assert from "node:assert/strict";
import { afterEach, test } from "node:test";

import { framesOf, valueAt } from "../../../web/client/report/curve.js";
import { speak } from "../editor/app.js";
import { measurement } from "./measurements.js";

const CURVE = measurement({ unit: "px", per_frame: [0, 1.23456, null] });

afterEach(() => speak("en"));

test("a frame is read out with its value and unit", () => {
  assert.equal(valueAt(CURVE, 1), "Frame 1: 1.23 px");
});

test("a frame with the value 0 was measured", () => {
  assert.equal(valueAt(CURVE, 0), "Frame 0: 0 px");
});

test("a frame without a value was not measured", () => {
  assert.equal(valueAt(CURVE, 2), "Frame 2: not measured");
});

test("a frame beyond the clip was not measured", () => {
  assert.equal(valueAt(CURVE, 3), "Frame 3: not measured");
});

test("a frame of a shortened curve is read out by its number", () => {
  const shortened = measurement({ unit: "px", per_frame: [1, null, 3], frames_shown: [0, 70, 120] });
  assert.equal(valueAt(shortened, 120), "Frame 120: 3 px");
  assert.equal(valueAt(shortened, 70), "Frame 70: not measured");
  assert.deepEqual(framesOf(shortened), [0, 70, 120]);
  assert.deepEqual(framesOf(CURVE), [0, 1, 2]);
});

test("a frame is read out in the editor's language", () => {
  speak("ja");
  assert.equal(valueAt(CURVE, 1), "フレーム1：1.23 px");
  assert.equal(valueAt(CURVE, 2), "フレーム2：測定なし");
});
