import assert from "node:assert/strict";
import { afterEach, test } from "node:test";

import "../../editor/page.js";
import { reportTitles } from "../../../../web/client/jobs/detail/report_titles.js";
import { measurement, report } from "../../report/measurements.js";

const REPORT = report(measurement({ name: "good" }));

/** Return the titles of reports in their order. */
const titles = (...reports) => [...reportTitles(reports).values()];

/** Return the report of a node. */
const of = (node_id, title, node_type = "AnimeLoopScore") => {
  return { node_id, title, node_type, report: REPORT };
};

afterEach(() => delete globalThis.LiteGraph);

test("a report has the title that the maker gave its node", () => {
  assert.deepEqual(titles(of("5", "Does it loop?")), ["Does it loop?"]);
});

test("without one it has the name of its type, or its subject if that isn't installed", () => {
  globalThis.LiteGraph = { registered_node_types: { AnimeLoopScore: { title: "Loop Score" } } };
  assert.deepEqual(titles(of("5", null)), ["Loop Score"]);
  assert.deepEqual(titles(of("5", null, "Gone")), [REPORT.subject]);
  assert.deepEqual(titles({ node_id: "5", report: REPORT }), [REPORT.subject]);
});

test("nodes of one name are told apart by their ids, also within subgraphs", () => {
  assert.deepEqual(
    titles(of("12:5", "Clean?"), of("13:5", "Clean?"), of("5", "Loop?")),
    ["Clean? (node 12:5)", "Clean? (node 13:5)", "Loop?"],
  );
});

test("several reports of one node have its title alone", () => {
  assert.deepEqual(titles(of("5", "Loop?"), of("5", "Loop?")), ["Loop?", "Loop?"]);
});
