import assert from "node:assert/strict";
import { test } from "node:test";

import "../editor/page.js";
import { Row } from "../../../web/client/productions/row.js";

/**
 * @param {number} attempt
 * @param {object} [more]
 */
function shownText(attempt, more = {}) {
  const row = new Row(() => {});
  const production = {
    ...{ id: "1", project: "Winter", character: "", prompt: "", state: "cancelled", attempt },
    ...{ phase: "sample_stills", position: 0, phases: 3, progress: 0 },
    ...{ created_at: "2026-01-01T00:00:00Z", ...more },
  };
  row.fill(/** @type {any} */ (production));
  return row.root.textContent;
}

test("the row of a production names its attempt, but none before the first", () => {
  assert.match(shownText(2), /Sample stills \(1 of 3\), attempt 2/);
  assert.match(shownText(0), /Sample stills \(1 of 3\)(?!, attempt)/);
});

test("a production without a project and a character is called by its prompt, once", () => {
  const text = shownText(0, { project: "", prompt: "a girl on a hill" });
  assert.equal(text?.split("a girl on a hill").length, 2);
});
