import assert from "node:assert/strict";
import { afterEach, describe, test } from "node:test";

import "../editor/page.js";
import { speak } from "../editor/app.js";

const { gateStrip } = await import("../../../web/client/nodes/gate_strip.js");
const { resultParts } = await import("../../../web/client/nodes/results.js");

afterEach(() => speak("en"));

const because = [{
  name: "sharpness", reason_code: "rank_scored", reason: "Its score is 30.0 of 100.",
  reason_values: { score: "30.0", measure: "sharpness", value: "3", unit: "" },
}]; // prettier-ignore
const picture = { filename: "0.png", subfolder: "", type: "temp" };
const passing = { frame: 0, accepted: true, verdict: "PASS", score: 95, because: [], picture };
const failing = { frame: 7, accepted: false, verdict: "FAIL", score: 30, because };
const gate = {
  verdict: "FAIL", pass: false, reasons: "", because: [], accepted: 1, rejected: 1,
  frames: [passing, failing],
}; // prettier-ignore

/** Return all elements with a tag below an element. */
function all(parent, tag) {
  const children = parent.children.filter((each) => typeof each !== "string");
  return children.flatMap((each) => [...(each.tag === tag ? [each] : []), ...all(each, tag)]);
}

describe("the strip of a gate", () => {
  test("has each frame with its side, score and number", () => {
    const [strip] = gateStrip(gate, true);
    assert.deepEqual(strip.children.map((each) => each.textContent), ["✔ 95#0", "✘ 30#7"]);
    assert.deepEqual(strip.children.map((each) => each.classList.contains("anime-accepted")), [
      true, false,
    ]); // prettier-ignore
  });

  test("says side, verdict, score and reason as each frame's title", () => {
    const [strip] = gateStrip(gate, true);
    assert.equal(strip.children[0].title, "Frame 0: accepted, PASS, 95 / 100");
    assert.match(
      strip.children[1].title,
      /^Frame 7: rejected, FAIL, 30 \/ 100\nsharpness: Its score is 30\.0 of 100\.$/,
    );
  });

  test("has numbers where there is no picture", () => {
    const [strip] = gateStrip(gate, true);
    assert.equal(all(strip, "img").length, 1);
    assert.equal(all(strip, "img")[0].src, "/api/view?filename=0.png&subfolder=&type=temp");
  });

  test("says how many frames it leaves out where everything is opened", () => {
    const parts = gateStrip({ ...gate, accepted: 90, rejected: 12 }, false);
    assert.equal(parts[1].textContent, "100 more frames");
  });

  test("is in the editor's language", () => {
    speak("ja");
    const [strip] = gateStrip(gate, true);
    assert.match(strip.children[1].title, /^フレーム7：不通過、不合格/);
  });

  test("is not there for a gate that decides about the whole batch, or of an older version", () => {
    assert.deepEqual(gateStrip({ ...gate, frames: [] }, true), []);
    assert.deepEqual(gateStrip({ ...gate, frames: undefined }, true), []);
  });
});

describe("the reasons of a gate", () => {
  const reasonOf = (name, reason) => ({ name, reason_code: "x", reason_values: {}, reason });
  const reasons = [
    ..."abcde".split("").map((name) => reasonOf(name, "There are 3 frames.")),
    reasonOf("f", "Second."), reasonOf("g", "Third."), reasonOf("h", "Fourth."),
  ]; // prettier-ignore
  const texts = (open) => {
    const output = { anime_gate: [[{ ...gate, frames: [], because: reasons }]] };
    return resultParts(output, { find: () => null, select: () => {} }, open).parts;
  };

  test("are merged, and at most three stand on the node", () => {
    let opened = 0;
    const parts = texts(() => opened++);
    assert.deepEqual(parts.map((each) => each.textContent), [
      "a, b, and 3 more: There are 3 frames.", "f: Second.", "g: Third.", "1 more reason",
    ]); // prettier-ignore
    parts.at(-1).dispatchEvent(new Event("click"));
    assert.equal(opened, 1);
  });

  test("are all there where everything is opened", () => {
    assert.equal(texts().length, 4);
  });
});
