import assert from "node:assert/strict";
import { afterEach, describe, test } from "node:test";

import "../../editor/page.js";
import { failure, retries } from "../../../../web/client/jobs/detail/attempts.js";
import { speak } from "../../editor/app.js";
import { measurement, report } from "../../report/measurements.js";

const ATTEMPT = {
  node_id: "5", number: 1, seed: "77", verdict: "FAIL", score: 42,
  reason: "loop: FAIL", chosen: false,
}; // prettier-ignore

/** Return the report of a node whose retry noted its first attempt with this seed. */
function noted(seed, node_id = "5") {
  const bad = { verdict: "FAIL", reason: "3 came.", reason_code: "too_few_frames",
    reason_values: { frames: 3, least: 8 } }; // prettier-ignore
  const round = report(
    measurement({ ...bad, name: "loop.seam_position" }),
    measurement({ ...bad, name: "hint", required: false }),
    measurement({ name: "good" }),
  );
  const details = { attempts: [{ attempt: 1, seed, report: round }] };
  return { node_id, report: report(measurement({ backend: "retry", details })) };
}

/** Return the text of the list of attempts. */
const textOf = (attempts, reports) => retries({ attempts, reports }).parts[0].textContent;

afterEach(() => speak("en"));

describe("an attempt of a retry", () => {
  test("says what did not pass, from the report that came of it", () => {
    const reports = [noted(77)];
    const expected = "Attempt 1✘ FAIL 42seed 77loop: seam position: 3 came.";
    assert.equal(textOf([ATTEMPT], reports), expected);
    speak("ja");
    assert.match(textOf([ATTEMPT], reports), /ループ：つなぎ目の位置：フレームは3枚です/);
  });

  test("says what was written down where no report of it is there", () => {
    for (const reports of [[], [noted(7)], [noted(77, "6")]]) {
      assert.match(textOf([ATTEMPT], reports), /loop: FAIL$/);
    }
  });

  test("is found by a seed that is larger than the browser's exact numbers", () => {
    const large = { ...ATTEMPT, seed: "12345678901234567891" };
    const reports = JSON.parse(JSON.stringify([noted("SEED")]).replace('"SEED"', large.seed));
    assert.match(textOf([large], reports), /seed 12345678901234567891loop: seam position: 3 came/);
  });

  test("is marked where it was chosen", () => {
    const chosen = { ...ATTEMPT, number: 2, chosen: true };
    const { children } = retries({ attempts: [ATTEMPT, chosen], reports: [] }).parts[0];
    assert.deepEqual(
      children.map((row) => row.attributes.get("aria-current")),
      [undefined, "true"],
    );
    assert.match(children[1].textContent, /★ chosen/);
  });

  test("has a picture of its worst frame, from the pictures of the retry's report", () => {
    const [first] = JSON.parse(JSON.stringify([noted(77)]));
    const [retry] = first.report.measurements;
    retry.details.attempts[0].snapshots = ["own"];
    retry.details.attempts[0].report.worst = { frame: 9, reason_code: "x", reason: "" };
    first.snapshots = [["other", 9], ["own", 3], ["own", 9]].map(([set, frame]) => ({
      set, frame, at_seam: false, width: 320, height: 180, bytes: 9, view: `/${set}/${frame}`,
    })); // prettier-ignore
    const [list] = retries({ attempts: [ATTEMPT], reports: [first] }).parts;
    const image = list.querySelector(".anime-attempt-picture");
    assert.match(image.src, /\/own\/9$/);
    assert.equal(image.alt, "Picture of Attempt 1");
    first.snapshots = [];
    const [without] = retries({ attempts: [ATTEMPT], reports: [first] }).parts;
    assert.equal(without.querySelector(".anime-attempt-picture"), null);
  });

  test("is not spoken of where nothing was retried", () => {
    assert.equal(retries({ attempts: [], reports: [] }), null);
  });
});

describe("the failure of a job", () => {
  const error = { node_id: "5", node_type: "KSampler", exception: "OutOfMemory", message: "",
    traceback: "" }; // prettier-ignore
  const texts = (values) => failure({ ...error, ...values }).parts.map((each) => each.textContent);

  test("is the error's message, else its type, and the node", () => {
    assert.equal(texts({ message: "Too large." })[0], "Too large.");
    const [type, node] = texts({});
    assert.equal(type, "OutOfMemory");
    assert.match(node, /5.*KSampler|KSampler.*5/);
  });

  test("has its traceback where there is one", () => {
    assert.equal(texts({}).length, 2);
    assert.match(texts({ traceback: "line 1" })[2], /line 1$/);
  });

  test("is none of a job that did not fail", () => {
    assert.equal(failure(null), null);
  });
});
