import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { PictureQueue } from "../../../web/client/jobs/picture_queue.js";

let loads = [];
let queue;

/** Return a row, as far as the queue needs it. */
const row = (name, hasPicture = true) => ({
  showPicture: () => {
    loads.push(name);
    return hasPicture;
  },
});

beforeEach(() => {
  loads = [];
  queue = new PictureQueue();
});

test("two pictures load at once, and the next when one is there", () => {
  const rows = ["a", "b", "c", "d"].map((name) => row(name));
  queue.show(rows);
  assert.deepEqual(loads, ["a", "b"]);
  queue.settled(rows[1]);
  assert.deepEqual(loads, ["a", "b", "c"]);
});

test("rows without a picture do not hold up the others", () => {
  queue.show([row("a", false), row("b", false), row("c"), row("d")]);
  assert.deepEqual(loads, ["a", "b", "c", "d"]);
});

test("rows that were scrolled away wait no more", () => {
  const rows = ["a", "b", "gone"].map((name) => row(name));
  queue.show(rows);
  queue.show([row("seen now")]);
  queue.settled(rows[0]);
  assert.deepEqual(loads, ["a", "b", "seen now"]);
});

test("a picture that is on its way is not loaded twice", () => {
  const rows = ["a", "b"].map((name) => row(name));
  queue.show(rows);
  queue.show([rows[1], row("c")]);
  queue.settled(rows[0]);
  assert.deepEqual(loads, ["a", "b", "c"]);
});

test("a row that loads nothing frees no place", () => {
  queue.show(["a", "b", "c"].map((name) => row(name)));
  queue.settled(row("stranger"));
  assert.deepEqual(loads, ["a", "b"]);
});
