import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import {
  orderBody,
  ownFields,
  read,
  sharedFields,
} from "../../../../web/client/productions/ordering/order_fields.js";
import { phase } from "./phases.js";

const number = (name, low, high, value) => ({ name, kind: "int", low, high, default: value });
const TAKES = { takes: { image: "image" } };
const IMAGE = { name: "image", kind: "image" };
const PROMPT = { name: "prompt", kind: "string" };
const stills = phase("stills", [number("width", 64, 2048, 832), PROMPT]);
const loop = phase(
  "loop",
  [number("width", 128, 1280, 480), number("cfg", 1, 10, 3), IMAGE],
  { kind: "loop", gives: "video", ...TAKES },
);
const named = (fields, name) => fields.find((each) => each.name === name);

test("a value that several phases get has the limits of all, and the default of each", () => {
  const width = named(sharedFields([stills, loop]), "width");
  assert.deepEqual([width.low, width.high, width.defaults], [128, 1280, ["832", "480"]]);
  assert.equal(named(sharedFields([stills, loop]), "frames"), undefined, "no phase has frames");
  assert.equal(named(sharedFields([stills]), "prompt").required, true);
});

test("a phase gets its picture from the phase before, or from the form if it is the first", () => {
  assert.deepEqual(ownFields([stills, loop], 1).map((each) => each.key), ["loop.cfg"]);
  assert.deepEqual(ownFields([loop], 0).map((each) => each.key), ["loop.cfg", "picture"]);
  const video = phase("video", [IMAGE], { takes: { image: "video" } });
  assert.equal(ownFields([stills, video], 1)[0].key, "video.image", "a still is no video");
  assert.deepEqual(ownFields([stills, loop, video], 2), []);
});

test("a value outside its limits is refused, and one that is left out is left to the phase", () => {
  const width = named(sharedFields([stills, loop]), "width");
  assert.deepEqual(read(width, " 512 "), { value: 512 });
  assert.deepEqual(read(width, ""), {});
  for (const wrong of ["64", "1281", "12.5", "many", "1e3", "0x200", "--5"]) {
    const { error, values } = read(width, wrong);
    assert.equal(error, "ordering.a_whole_number", wrong);
    assert.deepEqual(values, { low: 128, high: 1280 });
  }
  const rate = { ...width, kind: /** @type {const} */ ("float"), low: 0.1, high: 60 };
  assert.deepEqual(read(rate, "23,976"), { value: 23.976 });
  assert.equal(read(rate, "0").error, "ordering.a_number");
  const prompt = named(sharedFields([stills]), "prompt");
  assert.equal(read(prompt, "  ").error, "ordering.needed");
  assert.equal(read(prompt, "x".repeat(20_001)).error, "ordering.too_long");
});

test("a seed whose digits a browser would change is refused", () => {
  const seed = named(sharedFields([phase("a", [number("seed", 0, 2 ** 64, 1)])]), "seed");
  assert.deepEqual(read(seed, "9007199254740991"), { value: 9007199254740991 });
  assert.equal(read(seed, "9007199254740993").error, "ordering.a_whole_number");
});

test("a choice is one that all phases offer, and must be made where the default is missing", () => {
  const vae = (/** @type {string[]} */ options) => ({
    ...{ name: "profile", kind: "string", default: "hero", options },
  });
  const phases = [phase("a", [vae(["hero", "draft"])]), phase("b", [vae(["draft"])])];
  const field = named(sharedFields(phases), "profile");
  assert.deepEqual([field.options, field.isMissing, field.required], [["draft"], true, true]);
  assert.equal(read(field, "hero").error, "ordering.one_of");
  assert.deepEqual(read(field, "draft"), { value: "draft" });
});

test("the character of a phase that calls it otherwise is the character of the order", () => {
  const hers = phase("a", [{ name: "who", kind: "string", required: true }], {
    takes: { who: "character" },
  });
  const fields = sharedFields([hers]);
  assert.equal(named(fields, "character").required, true);
  assert.deepEqual(ownFields([hers], 0), []);
});

test("the order has what was written, at its place", () => {
  const chosen = [stills, loop];
  const fields = [...sharedFields(chosen), ...ownFields(chosen, 1)];
  const values = new Map(Object.entries({ prompt: "a girl", width: 512, "loop.cfg": 4 }));
  assert.deepEqual(orderBody(chosen, fields, values), {
    ...{ phases: ["stills", "loop"], prompt: "a girl", width: 512 },
    parameters: { loop: { cfg: 4 } },
  });
  const alone = [...sharedFields([loop]), ...ownFields([loop], 0)];
  const body = orderBody([loop], alone, new Map([["picture", "still.png [output]"]]));
  assert.deepEqual(body.parameters, { loop: { image: "still.png [output]" } });
});

test("the bounds of the form are those of the routes", () => {
  const file = new URL("../../../../models/production/request.py", import.meta.url);
  const bounds = readFileSync(file, "utf8");
  const [, least, most] = /LEAST_SIDE, MOST_SIDE = (\d+), ([\d_]+)/.exec(bounds) ?? [];
  const wide = phase("a", [number("width", 1, 99_999, 64), number("frames", 0, 2 ** 40, 1)]);
  const width = named(sharedFields([wide]), "width");
  assert.deepEqual([width.low, width.high], [Number(least), Number(most.replace("_", ""))]);
  const [, frames] = /MOST_FRAMES = ([\d_]+)/.exec(bounds) ?? [];
  const { low, high } = named(sharedFields([wide]), "frames");
  assert.deepEqual([low, high], [1, Number(frames.replace("_", ""))]);
});
