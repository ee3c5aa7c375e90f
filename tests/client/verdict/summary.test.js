import assert from "node:assert/strict";
import { test } from "node:test";

const { summariesInside, summaryOf, verdictOf } = await import(
  "../../../web/client/verdict/summary.js"
);

/** Return the verdict of a node at a path. */
const of = (path, verdict, earlier = false) => ({ path, verdict, earlier });

test("the worst verdict counts, with the first node that has it", () => {
  const verdicts = [of("1", "PASS"), of("4", "FAIL"), of("2", "NOT_MEASURED"), of("3", "FAIL")];
  assert.deepEqual(summaryOf(verdicts), {
    verdict: "FAIL", count: 2, all: 4, first: "4", earlier: false,
  }); // prettier-ignore
});

test("nothing is said without verdicts", () => assert.equal(summaryOf([]), null));

test("verdicts of an earlier run count only without newer ones", () => {
  const earlier = of("1", "FAIL", true);
  assert.equal(summaryOf([earlier, of("2", "PASS")])?.verdict, "PASS");
  assert.equal(summaryOf([earlier])?.earlier, true);
});

test("each subgraph sums up the nodes inside, also those of subgraphs within", () => {
  const inside = summariesInside([of("1", "FAIL"), of("12:5", "PASS"), of("12:7:2", "FAIL")]);
  assert.deepEqual([...inside.keys()], ["12", "12:7"]);
  assert.equal(inside.get("12")?.first, "12:7:2");
  assert.equal(inside.get("12")?.all, 2);
});

test("a node's verdict is that of its ranking, its gate or its report", () => {
  assert.equal(verdictOf({ anime_report: [[{ verdict: "PASS" }]] }), "PASS");
  const gate = { anime_report: [[{ verdict: "PASS" }]], anime_gate: [[{ verdict: "FAIL" }]] };
  assert.equal(verdictOf(gate), "FAIL");
  assert.equal(verdictOf({ images: [] }), null);
});
