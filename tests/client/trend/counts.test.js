import assert from "node:assert/strict";
import { afterEach, test } from "node:test";

import { countsInWords } from "../../../web/client/trend/counts.js";
import { speak } from "../editor/app.js";

const NONE = { not_measured: 0, no_report: 0, failed: 0, cancelled: 0, lost: 0, unfinished: 0 };
const MIXED = { passed: 2, failed: 0, not_judged: { ...NONE, failed: 1, cancelled: 2, lost: 1 } };

afterEach(() => speak("en"));

test("judged jobs are counted by their verdict", () => {
  const text = countsInWords({ passed: 3, failed: 1, not_judged: NONE });
  assert.equal(text, "3 passed, 1 failed");
});

test("jobs without a verdict are summed up and counted by what became of them", () => {
  const expected = "2 passed, 0 failed; 4 not judged: 1 failed to run, 2 cancelled, 1 lost";
  assert.equal(countsInWords(MIXED), expected);
});

test("one kind of jobs without a verdict needs no list", () => {
  const text = countsInWords({ passed: 0, failed: 0, not_judged: { ...NONE, no_report: 1200 } });
  assert.equal(text, "0 passed, 0 failed; 1,200 not judged: 1,200 without a report");
});

test("counts are listed as the editor's language lists them", () => {
  speak("ja");
  assert.equal(
    countsInWords(MIXED),
    "合格2件、不合格0件；判定なし4件：実行失敗1件、キャンセル2件、消失1件",
  );
});
