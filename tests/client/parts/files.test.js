import assert from "node:assert/strict";
import { test } from "node:test";

import "../editor/page.js";
import { fileList } from "../../../web/client/parts/files.js";

/**
 * Return the entry of a file, as `GET /anime/jobs/{id}` tells of it, in the list.
 *
 * @param {Record<string, any>} values
 * @returns {any}
 */
function entry(values) {
  const file = {
    path: "Winter/a.png", kind: "image", bytes: 1000, width: 512, height: 768, frames: 1, fps: null,
    node_id: null, node_type: null, exists: true, view: "/view?filename=a.png", thumbnail: null,
    ...values,
  }; // prettier-ignore
  return fileList([/** @type {any} */ (file)]).children[0];
}

/** @param {any} root */
const pictureOf = (root) => root.querySelector(".anime-file-picture").children[0];

test("a file of another node says which node wrote it, one of Save Job does not", () => {
  const text = entry({ node_id: "12", node_type: "VHS_VideoCombine" }).textContent;
  assert.match(text, /Written by node 12 \(VHS_VideoCombine\)/);
  assert.match(text, /512×768/);
  assert.doesNotMatch(entry({}).textContent, /Written by/);
});

test("sound has no size and no picture", () => {
  const values = { path: "a.flac", kind: "audio", width: null, height: null, frames: null };
  const root = entry({ ...values, node_id: "3", node_type: "SaveAudio" });
  assert.doesNotMatch(root.textContent, /×|null/);
  assert.equal(pictureOf(root), undefined);
});

test("a file that is not on this machine has its thumbnail", () => {
  const thumbnail = "/anime/jobs/1/thumbnail?file=Winter/a.png";
  const root = entry({ exists: false, thumbnail });
  assert.match(pictureOf(root).src, /thumbnail\?file=Winter\/a\.png$/);
  assert.equal(pictureOf(entry({ exists: false })), undefined);
});

test("a video that the browser can't play has its thumbnail", () => {
  const root = entry({ path: "a.mkv", kind: "video", frames: 24, fps: 12, thumbnail: "/t" });
  const video = pictureOf(root);
  assert.equal(video.tag, "video");
  video.dispatchEvent(new Event("error"));
  assert.equal(pictureOf(root).tag, "img");
});
