import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";

import { addressOf, findPreview, select } from "../../../web/client/nodes/preview.js";
import { app } from "../editor/app.js";
import { Graph, subgraphNode } from "./graphs.js";
import { runOf } from "./runs.js";

/** @type {Record<string, any>} a prompt: a source gives frames to a score and to a preview */
let prompt;
/** @type {any} the score */
let score;

const pictures = (count) => Array.from({ length: count }, (_, frame) => ({ filename: `${frame}` }));
const images = (count, more = {}) => ({ images: pictures(count), ...more });

/** Add a node to the prompt and to the graph. */
function add(id, type, inputs) {
  prompt[id] = { class_type: type, inputs };
  app.rootGraph.add({ id, type });
}

/** Return the id of the node that shows the frames of node 2; null if none does. */
function shownBy(frames, outputs) {
  return findPreview(score, frames, runOf(prompt, {}, outputs), "2")?.node.id ?? null;
}

beforeEach(() => {
  prompt = {
    1: { class_type: "VAEDecode", inputs: {} },
    2: { class_type: "AnimeLoopScore", inputs: { images: ["1", 0], fps: 12 } },
  };
  score = {
    id: 2,
    type: "AnimeLoopScore",
    inputs: [
      { name: "images", type: "IMAGE" },
      { name: "fps", type: "FLOAT" },
    ],
    outputs: [{ type: "IMAGE" }, { type: "ANIME_REPORT" }],
  };
  app.rootGraph = new Graph([{ id: 1, type: "VAEDecode" }, score]);
  add(3, "PreviewImage", { images: ["1", 0] });
});

describe("the frames of a report", () => {
  test("are seen on the node itself before any other", () => {
    add(4, "PreviewImage", { images: ["2", 0] });
    assert.equal(shownBy(4, { 2: images(4), 3: images(4), 4: images(4) }), 2);
  });

  test("are seen on a preview of the same frames beside it", () => {
    assert.equal(shownBy(4, { 3: images(4) }), 3);
  });

  test("are seen where the prompt connects them, whatever lies between on the canvas", () => {
    app.rootGraph.add({ id: 5, type: "Reroute (rgthree)", isVirtualNode: true });
    assert.equal(app.rootGraph.links.size, 0); // the canvas of this test has no link at all
    assert.equal(shownBy(4, { 3: images(4) }), 3);
  });

  test("are not those of another output of the same node", () => {
    prompt[3].inputs.images = ["1", 1];
    assert.equal(shownBy(4, { 3: images(4) }), null);
  });

  test("are not seen where no frames are connected", () => {
    prompt[2].inputs = { fps: 12 };
    assert.equal(shownBy(4, { 3: images(4) }), null);
  });

  test("are not those of a preview with more or fewer pictures", () => {
    assert.equal(shownBy(4, { 2: images(1), 3: images(5) }), null);
  });

  test("are not those of a preview that was removed", () => {
    app.rootGraph = new Graph([score]);
    assert.equal(shownBy(4, { 3: images(4) }), null);
  });

  test("are not one file that holds all of them", () => {
    assert.equal(shownBy(1, { 3: images(1, { animated: [true] }) }), null);
    assert.equal(shownBy(1, { 3: images(1, { animated: [false] }) }), 3);
  });

  test("are those that came out, where the report is about them", () => {
    score.type = "AnimeLoopFind";
    assert.equal(shownBy(4, { 3: images(4) }), null);
    add(4, "PreviewImage", { images: ["2", 0] });
    assert.equal(shownBy(4, { 3: images(4), 4: images(4) }), 4);
  });

  test("are a character's references only on its own node", () => {
    const references = { anime_references: [pictures(4)] };
    assert.equal(shownBy(4, { 2: references }), 2);
    assert.equal(shownBy(4, { 3: references }), null);
  });

  test("are seen on an overlay that draws its report, and on no other", () => {
    add(4, "AnimeCharacterOverlay", { images: ["1", 0] });
    assert.equal(shownBy(4, { 4: images(4) }), null);
    prompt[4].inputs.report = ["2", 1];
    assert.equal(shownBy(4, { 3: images(4), 4: images(4) }), 4);
  });

  test("are not the picture of a plot, though there is one frame", () => {
    add(4, "AnimeReportPlot", { report: ["2", 1] });
    assert.equal(shownBy(1, { 4: images(1) }), null);
  });

  test("are found inside a subgraph, and outside of one that holds the score", () => {
    const inner = [score, { id: 3, type: "PreviewImage" }];
    app.rootGraph = new Graph([subgraphNode(9, "inner", ...inner), { id: 4 }]);
    prompt = { "9:2": prompt[2], "9:3": prompt[3], 4: prompt[3] };
    const shown = (outputs) => findPreview(score, 4, runOf(prompt, {}, outputs), "9:2")?.node;
    assert.equal(shown({ "9:3": images(4) }), inner[1]);
    assert.equal(shown({ 4: images(4) }), app.rootGraph.nodes[1]);
    assert.equal(shown({ 3: images(4) }), undefined);
  });
});

describe("choosing a frame", () => {
  test("makes the previewing node show it large", () => {
    const preview = { node: { imgs: [1, 2, 3] }, pictures: pictures(3) };
    select(preview, 2);
    assert.equal(preview.node.imageIndex, 2);
  });

  test("leaves a node alone that shows other pictures by now", () => {
    const preview = { node: { imgs: [1] }, pictures: pictures(3) };
    select(preview, 2);
    assert.equal(preview.node.imageIndex, undefined);
  });
});

test("the address of a picture carries its name safely", () => {
  const address = addressOf({ filename: "a&b.png", subfolder: "x y", type: "temp" });
  assert.equal(address, "/api/view?filename=a%26b.png&subfolder=x+y&type=temp");
});
