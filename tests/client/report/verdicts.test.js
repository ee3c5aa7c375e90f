import assert from "node:assert/strict";
import { afterEach, test } from "node:test";

import { verdictStyle, wholeScore } from "../../../web/client/report/verdicts.js";
import { speak } from "../editor/app.js";

afterEach(() => speak("en"));

test("a verdict has a word, and no two share a symbol or a colour", () => {
  const looks = ["PASS", "FAIL", "NOT_MEASURED", "INFO"].map(verdictStyle);
  assert.deepEqual(
    looks.map(({ word }) => word),
    ["PASS", "FAIL", "NOT MEASURED", "INFO"],
  );
  assert.equal(new Set(looks.map(({ symbol }) => symbol)).size, 4);
  assert.equal(new Set(looks.map(({ colour }) => colour)).size, 4);
});

test("what is no verdict looks like one that was not measured", () => {
  for (const odd of ["SOMETHING", "toString", "__proto__", null, undefined, 3]) {
    assert.deepEqual(verdictStyle(odd), verdictStyle("NOT_MEASURED"));
  }
});

test("the word is in the editor's language", () => {
  speak("ja");
  assert.equal(verdictStyle("FAIL").word, "不合格");
  speak("zh");
  assert.equal(verdictStyle("NOT_MEASURED").word, "无法测量");
});

test("a failing score is never rounded to 50, which passes", () => {
  assert.deepEqual([0, 0.4, 49.4, 49.5, 49.9999, 50, 50.4, 99.6].map(wholeScore),
    [0, 0, 49, 49, 49, 50, 50, 100]); // prettier-ignore
});
