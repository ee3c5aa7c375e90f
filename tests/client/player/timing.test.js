import assert from "node:assert/strict";
import { describe, test } from "node:test";

import {
  durations, following, isAtSeam, placeOf,
} from "../../../web/client/player/timing.js"; // prettier-ignore

const upTo = (count) => Array.from({ length: count }, (_, frame) => frame);

describe("the times of frames", () => {
  test("are those of the frame rate", () => {
    assert.deepEqual(durations(upTo(4), 4, 8, false), [125, 125, 125, 125]);
  });

  test("are four times as long for three frames on each side of the seam", () => {
    const times = durations(upTo(24), 24, 10, true);
    assert.deepEqual(times.slice(0, 4), [400, 400, 400, 100]);
    assert.deepEqual(times.slice(20), [100, 400, 400, 400]);
    assert.deepEqual(upTo(4).map((frame) => isAtSeam(frame, 4)), [true, false, false, true]); // prettier-ignore
  });

  test("keep the length of a clip that lacks frames", () => {
    const times = durations([0, 1, 5, 9], 10, 10, false);
    assert.deepEqual(times, [100, 400, 400, 100]);
  });

  test("leave out what a slow page has missed", () => {
    const lengths = [100, 100, 100, 100];
    assert.deepEqual(following({ place: 3, end: 1000 }, lengths, 1010), { place: 0, end: 1100 });
    assert.deepEqual(following({ place: 0, end: 1000 }, lengths, 1250), { place: 3, end: 1300 });
    assert.deepEqual(following({ place: 0, end: 1000 }, lengths, 9000), { place: 1, end: 9100 });
  });

  test("belong to the nearest picture before a frame", () => {
    assert.deepEqual([0, 1, 3, 5, 8, 9].map((frame) => placeOf([0, 1, 5, 9], frame)), [0, 1, 1, 2, 2, 3]); // prettier-ignore
  });
});
