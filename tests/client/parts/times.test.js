import assert from "node:assert/strict";
import { afterEach, test } from "node:test";

import { duration, moment, percent, seconds, size } from "../../../web/client/parts/times.js";
import { speak } from "../editor/app.js";
import { Clock } from "../editor/waiting.js";

afterEach(() => speak("en"));

test("a short time has tenths of a second, a longer one none", () => {
  assert.equal(duration(0), "0 sec");
  assert.equal(duration(3.27), "3.3 sec");
  assert.equal(duration(42.9), "43 sec");
});

test("minutes have seconds, hours have minutes", () => {
  assert.equal(duration(60), "1 min 0 sec");
  assert.equal(duration(192), "3 min 12 sec");
  assert.equal(duration(2 * 3600 + 5 * 60 + 59), "2 hr 5 min");
});

test("a time is in the editor's language", () => {
  speak("ja");
  assert.equal(duration(192), "3 分 12 秒");
});

test("a time that is rounded up to a full minute or hour is written as one", () => {
  assert.equal(duration(9.96), "10 sec");
  assert.equal(duration(59.7), "1 min 0 sec");
  assert.equal(duration(119.7), "2 min 0 sec");
  assert.equal(duration(3599.7), "1 hr 0 min");
});

test("seconds are from the start to the end, or to now", () => {
  const clock = new Clock(Date.parse("2025-01-01T00:01:30Z"));
  assert.equal(seconds("2025-01-01T00:00:00Z", "2025-01-01T00:00:12Z"), 12);
  assert.equal(seconds("2025-01-01T00:00:00Z", null), 90);
  assert.equal(seconds("2025-01-01T00:02:00Z", null), 0, "clocks that differ");
  assert.equal(seconds(null, null), null);
  clock.stop();
});

test("moments and shares are written as the language writes them", () => {
  assert.match(moment("2025-03-04T05:06:07Z"), /^Mar 4, 2025, 5:06:07\sAM$/);
  assert.equal(percent(0.426), "43%");
  speak("zh");
  assert.equal(moment("2025-03-04T05:06:07Z"), "2025年3月4日 05:06:07");
});

test("a file's size is in the largest unit that it fills", () => {
  assert.equal(size(0), "0 B");
  assert.equal(size(999), "999 B");
  assert.equal(size(1000), "1 kB");
  assert.equal(size(1_234_567), "1.23 MB");
  assert.equal(size(5e12), "5,000 GB");
});
