import assert from "node:assert/strict";
import { afterEach, describe, test } from "node:test";

import "../editor/page.js";
import { speak } from "../editor/app.js";
import { measurement, report } from "../report/measurements.js";

const { editTexts } = await import("../../../web/client/nodes/edits.js");

afterEach(() => speak("en"));

/** Return the report of a Close Loop that did this. */
function closed(details, ...notes) {
  const values = { methods: [], score_before: 39.4, score_after: 86.2, ...details };
  return report(
    measurement(),
    measurement({ name: "closing", required: false, details: values, reason: "Nothing changed." }),
    ...notes.map(([name, reason_values]) =>
      measurement({ name: `closing_${name}`, required: false, reason_values }),
    ),
  );
}

describe("Close Loop", () => {
  const frames = { frames_before: 27, frames_after: 24 };

  test("says the method, the scores and the frames", () => {
    const fade = ["crossfade", { frames: 3, left: 24 }];
    assert.deepEqual(editTexts(closed({ methods: ["crossfade"], ...frames }, fade)), [
      "cross-fade over 3 frames, score 39 → 86, 27 → 24 frames",
    ]);
  });

  test("says every method, in the editor's language", () => {
    speak("ja");
    const notes = [["colour", { difference: "2.1" }], ["repeat", { frames: 1 }]]; // prettier-ignore
    const [text] = editTexts(closed({ methods: ["colour", "repeat"], ...frames }, ...notes));
    assert.match(text, /^繰り返しのフレームを1枚除去、明るさ.*2\.1 ΔE、スコア39→86、27→24フレーム$/);
  });

  test("says why nothing was changed", () => {
    assert.deepEqual(editTexts(closed({})), ["Nothing changed."]);
  });

  test("of an older version, without details, says its reason", () => {
    const old = report(measurement({ name: "closing", required: false, reason: "It loops." }));
    assert.deepEqual(editTexts(old), ["It loops."]);
  });

  test("does not write a score that there is none of", () => {
    const values = { methods: ["ping_pong"], score_before: null, score_after: null, ...frames };
    const [text] = editTexts(closed(values, ["ping_pong", { frames: 3, left: 24 }]));
    assert.equal(text, "played forwards and backwards, 27 → 24 frames");
  });
});

describe("Find Loop", () => {
  const search = (more = {}) => ({
    name: "loop_distance", required: false, details: { map: { frames: 48 } },
    reason_values: { start: 3, length: 24 }, ...more,
  }); // prettier-ignore

  test("says the frames that it kept, and the score", () => {
    const found = report(measurement(), measurement(search()));
    assert.deepEqual(editTexts({ ...found, score: 91.7 }), [
      "frames 3–26 kept, 48 → 24 frames, score 92",
    ]);
  });

  test("says nothing where nothing could be searched", () => {
    const absent = measurement(search({ details: {}, reason_values: {} }));
    assert.deepEqual(editTexts(report(absent)), []);
  });
});

test("a node that only measures says nothing of an edit", () => {
  assert.deepEqual(editTexts(report(measurement())), []);
});
