import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";

import { addressOf, findPreview, select } from "../../../web/client/nodes/preview.js";
import { Graph } from "./graphs.js";
import { runOf } from "./runs.js";

/** @type {any} a source gives frames to a score and, beside it, to a preview */
let graph;

const pictures = (count) => Array.from({ length: count }, (_, frame) => ({ filename: `${frame}` }));
const images = (count, more = {}) => ({ images: pictures(count), ...more });

/**
 * Return a node with one input and one output of pictures.
 *
 * @param {number} id
 * @param {string} type
 */
function node(id, type) {
  const inputs = [{ name: "images", type: "IMAGE" }];
  return { id, type, inputs, outputs: [{ type: "IMAGE" }] };
}

/** @param {number} from @param {number} to */
function connect(from, to) {
  graph.connect(from, to, "images");
}

/** Return the id of the node that shows the frames of node 2; null if none does. */
function shownBy(frames, outputs, path = "2") {
  return findPreview(graph.nodes[1], frames, runOf({}, {}, outputs), path)?.node.id ?? null;
}

beforeEach(() => {
  graph = new Graph([node(1, "VAEDecode"), node(2, "AnimeLoopScore"), node(3, "PreviewImage")]);
  connect(1, 2);
  connect(1, 3);
});

describe("the frames of a report", () => {
  test("are seen on the node itself before any other", () => {
    graph.add(node(4, "PreviewImage"));
    connect(2, 4);
    assert.equal(shownBy(4, { 2: images(4), 3: images(4), 4: images(4) }), 2);
  });

  test("are seen on a preview of the same frames beside it", () => {
    assert.equal(shownBy(4, { 3: images(4) }), 3);
  });

  test("are not those of a preview with more or fewer pictures", () => {
    assert.equal(shownBy(4, { 2: images(1), 3: images(5) }), null);
  });

  test("are not one file that holds all of them", () => {
    assert.equal(shownBy(1, { 3: images(1, { animated: [true] }) }), null);
    assert.equal(shownBy(1, { 3: images(1, { animated: [false] }) }), 3);
  });

  test("are those that came out, where the report is about them", () => {
    graph.nodes[1].type = "AnimeLoopFind";
    assert.equal(shownBy(4, { 3: images(4) }), null);
    graph.add(node(4, "PreviewImage"));
    connect(2, 4);
    assert.equal(shownBy(4, { 3: images(4), 4: images(4) }), 4);
  });

  test("are a character's references only on its own node", () => {
    const references = { anime_references: [pictures(4)] };
    assert.equal(shownBy(4, { 2: references }), 2);
    assert.equal(shownBy(4, { 3: references }), null);
  });

  test("are seen on an overlay that draws its report, and on no other", () => {
    graph.add(node(4, "AnimeCharacterOverlay"));
    connect(1, 4);
    assert.equal(shownBy(4, { 4: images(4) }), null);
    graph.nodes[1].outputs.push({ type: "ANIME_REPORT" });
    graph.nodes[3].inputs.push({ name: "report", type: "ANIME_REPORT" });
    graph.connect(2, 4, "report", 1);
    assert.equal(shownBy(4, { 3: images(4), 4: images(4) }), 4);
  });

  test("are not the picture of a plot, though there is one frame", () => {
    graph.add(node(4, "AnimeReportPlot"));
    graph.nodes[1].outputs.push({ type: "ANIME_REPORT" });
    graph.connect(2, 4, "images", 1);
    assert.equal(shownBy(1, { 4: images(1) }), null);
  });

  test("are found inside a subgraph", () => {
    assert.equal(shownBy(4, { "9:3": images(4) }, "9:2"), 3);
    assert.equal(shownBy(4, { 3: images(4) }, "9:2"), null);
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
