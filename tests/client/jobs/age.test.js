import assert from "node:assert/strict";
import { afterEach, test } from "node:test";

import { age } from "../../../web/client/jobs/age.js";
import { speak } from "../editor/app.js";

const NOW = Date.UTC(2025, 5, 15, 12);
const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** @param {number} seconds */
function ago(seconds) {
  return age(new Date(NOW - seconds * 1000).toISOString(), "long", NOW);
}

afterEach(() => speak("en"));

test("within the first minute a job is of now", () => {
  assert.equal(ago(0), "now");
  assert.equal(ago(59), "now");
});

test("a job that the clocks put into the future is of now", () => {
  assert.equal(ago(-90), "now");
});

test("an age is rounded down to the largest unit that is full", () => {
  assert.equal(ago(MINUTE), "1 minute ago");
  assert.equal(ago(HOUR - 1), "59 minutes ago");
  assert.equal(ago(HOUR), "1 hour ago");
  assert.equal(ago(DAY - 1), "23 hours ago");
  assert.equal(ago(DAY), "yesterday");
  assert.equal(ago(29 * DAY), "29 days ago");
  assert.equal(ago(45 * DAY), "last month");
  assert.equal(ago(800 * DAY), "2 years ago");
});

test("an age is short where there is little room", () => {
  assert.equal(age(new Date(NOW - 5 * MINUTE * 1000).toISOString(), "narrow", NOW), "5m ago");
});

test("an age follows the editor's language when that changes", () => {
  assert.equal(ago(5 * MINUTE), "5 minutes ago");
  speak("ja");
  assert.equal(ago(5 * MINUTE), "5 分前");
  speak("zh");
  assert.equal(ago(5 * MINUTE), "5分钟前");
});
