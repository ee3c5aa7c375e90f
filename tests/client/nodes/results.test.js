import assert from "node:assert/strict";
import { afterEach, test } from "node:test";

import "../editor/page.js";
import { speak } from "../editor/app.js";

const { hasResults, resultParts } = await import("../../../web/client/nodes/results.js");

afterEach(() => speak("en"));

const output = {
  anime_notes: [[
    { code: "alpha_lost", values: { format: "mp4" }, text: "mp4 has no transparency." },
    { code: "of_a_newer_version", values: {}, text: "What a newer version says." },
  ]],
}; // prettier-ignore

/** Return the lines that a node shows. */
function lines() {
  const { parts } = resultParts(output, { find: () => null, select: () => {} });
  return parts.map((part) => part.textContent);
}

test("a node says what its files don't keep, in the editor's language", () => {
  assert.ok(hasResults(output));
  assert.deepEqual(lines(), ["mp4 has no transparency.", "What a newer version says."]);
  speak("ja");
  const [known, unknown] = lines();
  assert.match(known, /^mp4 には透明度がありません。/);
  assert.equal(unknown, "What a newer version says.");
});
