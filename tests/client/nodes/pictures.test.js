import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";

import { dropPictures } from "../../../web/client/nodes/pictures.js";
import { LEFT_OUT } from "../../../web/client/nodes/queued_runs.js";
import { api } from "../editor/api.js";
import { app } from "../editor/app.js";
import { Graph, subgraphNode } from "./graphs.js";
import { runOf } from "./runs.js";

const PICTURES = { images: [{ filename: "earlier.png" }] };
const RUN = runOf({});

/** @type {any} */
let top;
/** @type {any} */
let within;
/** @type {any[]} messages that the editor received about nodes */
let messages;
const hear = ({ detail }) => messages.push(detail);

beforeEach(() => {
  messages = [];
  top = { id: 5, widgets: [] };
  within = { id: 5, widgets: [] };
  app.rootGraph = new Graph([top, subgraphNode(12, "inner", within)], { id: "root" });
  app.nodeOutputs = {};
  api.addEventListener("executed", hear);
});
afterEach(() => {
  api.removeEventListener("executed", hear);
  delete app.nodeOutputs;
});

describe("pictures of an earlier run", () => {
  test("are dropped: the editor is told that the node gave none in this run", () => {
    app.nodeOutputs["5"] = PICTURES;
    dropPictures(top, "5", RUN);
    const [message, ...more] = messages;
    assert.deepEqual(more, []);
    assert.deepEqual(message.output, { images: [] });
    assert.deepEqual([message.display_node, message.prompt_id], ["5", RUN.id]);
    assert.ok(message[LEFT_OUT], "the pack itself takes it for no result");
  });

  test("are dropped in a subgraph, whose outputs have names of their own", () => {
    app.nodeOutputs["inner:5"] = PICTURES;
    dropPictures(within, "12:5", RUN);
    assert.deepEqual(messages.map((each) => each.display_node), ["12:5"]);
  });

  test("are those of the node alone, not those of its namesake in another graph", () => {
    app.nodeOutputs["5"] = PICTURES;
    dropPictures(within, "12:5", RUN);
    assert.deepEqual(messages, []);
  });

  test("are taken off the canvas, with their widget", () => {
    const preview = { name: "$$canvas-image-preview" };
    const value = { name: "filename" };
    Object.assign(top, { imgs: [{}], widgets: [preview, value] });
    top.removeWidget = (widget) => top.widgets.splice(top.widgets.indexOf(widget), 1);
    dropPictures(top, "5", RUN);
    assert.equal(top.imgs, undefined);
    assert.deepEqual(top.widgets, [value]);
    assert.equal(messages.length, 1);
  });

  test("that a node does not have are not spoken of", () => {
    dropPictures(top, "5", RUN);
    assert.deepEqual(messages, []);
  });
});
