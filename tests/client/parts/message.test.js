import assert from "node:assert/strict";
import { afterEach, test } from "node:test";

import { errorText } from "../../../web/client/parts/message.js";
import { RouteError } from "../../../web/client/requests.js";
import { speak } from "../editor/app.js";

const AWAY = new RouteError(503, "database_away", "The database can't be reached. Port 5432.", {}, {
  key: "database_away", values: { reason: "Port 5432." },
}); // prettier-ignore

afterEach(() => speak("en"));

test("a refusal is what the route wrote, in the editor's language where it has a text", () => {
  assert.equal(errorText(AWAY), "The database can't be reached. Port 5432.");
  speak("ja");
  assert.equal(errorText(AWAY), "データベースを今は使えません。Port 5432.");
  assert.equal(errorText(new RouteError(400, "brand_new", "It is odd.", {})), "It is odd.");
});

test("no answer is said in words, not as the browser's error", () => {
  const text = errorText(new RouteError(0, "no_answer", "TypeError: fetch failed", {}));
  assert.doesNotMatch(text, /TypeError|jobs\./);
});

test("any other error is its message", () => {
  assert.equal(errorText(new Error("boom")), "boom");
  assert.equal(errorText("boom"), "boom");
});
