import assert from "node:assert/strict";
import { test } from "node:test";

import "../../editor/page.js";
import {
  orderStart,
  startFile,
  startLabel,
} from "../../../../web/client/jobs/detail/order_start.js";

const file = (/** @type {any} */ more) => ({
  ...{ path: "a/still.png", kind: "image", exists: true, node_id: null, view: "/view?x" },
  ...more,
});
const job = /** @type {any} */ ({ project: "Winter", character: "Hana" });

test("a still becomes a loop, and a clip becomes a clip", () => {
  assert.equal(startLabel([file({})]), "ordering.loop_of_this");
  assert.equal(startLabel([file({ kind: "video" })]), "ordering.clip_of_this");
  assert.equal(startFile([file({ kind: "audio" }), file({ exists: false })]), null);
});

test("the file of Save Job comes first, under the name by which nodes load it", () => {
  const files = [file({ path: "b.png", node_id: "9" }), file({})];
  const { picture, makes, texts } = orderStart(job, files, [
    /** @type {any} */ ({ kind: "positive", written: "a girl" }),
    /** @type {any} */ ({ kind: "negative", written: "blurry" }),
  ]);
  assert.deepEqual([picture?.value, picture?.name], ["a/still.png [output]", "still.png"]);
  assert.equal(makes, "loop");
  assert.deepEqual(texts, {
    ...{ prompt: "a girl", negative_prompt: "blurry", project: "Winter", character: "Hana" },
  });
});

test("an attempt of a production hands the production's prompt on", () => {
  const params = [/** @type {any} */ ({ kind: "positive", written: "a girl, on a hill" })];
  const { texts } = orderStart(job, [file({})], params, { prompt: "a girl" });
  assert.deepEqual([texts?.prompt, texts?.negative_prompt], ["a girl", ""]);
});
