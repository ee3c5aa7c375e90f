import assert from "node:assert/strict";
import { afterEach, describe, test } from "node:test";

import "../editor/page.js";
import { speak } from "../editor/app.js";

const { rankingParts } = await import("../../../web/client/nodes/ranking.js");
const { hasResults, resultParts } = await import("../../../web/client/nodes/results.js");

afterEach(() => speak("en"));

const OWN = {
  name: "seam_position", reason_code: "rank_scored", reason: "Its score is 30.0 of 100.",
  reason_values: { score: "30.0", measure: "seam position", value: "3", unit: "steps" },
}; // prettier-ignore
const COMPARED = {
  name: "", reason_code: "rank_take_lower", reason: "Take 2 has 95.0 of 100.",
  reason_values: { take: 2, score: "95.0" },
}; // prettier-ignore

/** Return a place of a ranking; the first is kept. */
function place(rank, number, more = {}) {
  const kept = rank === 1;
  const because = kept ? [] : [OWN, COMPARED];
  const picture = { filename: `${number}.png`, subfolder: "", type: "temp" };
  return {
    rank, number, kept, verdict: kept ? "PASS" : "FAIL", score: kept ? 95 : 30,
    lost_because: because, picture, ...more,
  }; // prettier-ignore
}

const ranking = (places, more = {}) => ({
  kind: "take", count: places.length, kept: [2], notes: [], ranking: places, ...more,
}); // prettier-ignore
const places = (count) => Array.from({ length: count }, (_, each) => place(each + 1, 2 + each));

/** Return all elements with a tag below an element. */
function all(parent, tag) {
  const children = parent.children.filter((each) => typeof each !== "string");
  return children.flatMap((each) => [...(each.tag === tag ? [each] : []), ...all(each, tag)]);
}

describe("the strip of a ranking", () => {
  test("has the best first, with rank, verdict, score, name and the mark of the kept", () => {
    const [strip] = rankingParts(ranking([place(1, 2), place(2, 0)]));
    assert.deepEqual(
      strip.children.map((each) => each.textContent),
      ["1. ✔ 95Take 2★ kept", "2. ✘ 30Take 0"],
    );
    assert.deepEqual(strip.children.map((each) => each.classList.contains("anime-kept")), [
      true, false,
    ]); // prettier-ignore
  });

  test("says in the text of each picture what a person would see", () => {
    const [strip] = rankingParts(ranking([place(1, 2), place(2, 0)]));
    assert.deepEqual(all(strip, "img").map(({ alt }) => alt), [
      "Rank 1, kept: Take 2, PASS, 95 / 100", "Rank 2: Take 0, FAIL, 30 / 100",
    ]); // prettier-ignore
    const [image] = all(strip, "img");
    assert.equal(image.src, "/api/view?filename=2.png&subfolder=&type=temp");
  });

  test("names a verdict by its word, not by its sign and colour alone", () => {
    const absent = place(2, 0, { verdict: "NOT_MEASURED", score: null });
    const [strip] = rankingParts(ranking([place(1, 2), absent]));
    const signs = all(strip, "span").map((each) => each.attributes.get("aria-label"));
    assert.deepEqual(signs, ["PASS", "NOT MEASURED"]);
    assert.match(strip.children[1].textContent, /no score/);
  });

  test("is as good without pictures, whose files ComfyUI deletes when it ends", () => {
    const [strip] = rankingParts(ranking([place(1, 2, { picture: undefined }), place(2, 0)]));
    assert.equal(all(strip, "img").length, 1);
    all(strip, "img")[0].dispatchEvent(new Event("error"));
    assert.equal(all(strip, "img").length, 0);
    assert.match(strip.textContent, /Take 0/);
  });

  test("stays small, and says how many more there are", () => {
    const [strip, more] = rankingParts(ranking(places(14), { count: 20 }));
    assert.equal(strip.children.length, 12);
    assert.equal(more.textContent, "8 more in the output ranking");
  });
});

describe("below the strip", () => {
  test("stands why the first one that lost did", () => {
    const [, loss] = rankingParts(ranking(places(3)));
    assert.equal(
      loss.textContent,
      "Why Take 3 was not kept: Its score is 30.0 of 100.Take 2 has 95.0 of 100.",
    );
  });

  test("stands nothing where all are kept", () => {
    assert.equal(rankingParts(ranking([place(1, 2)])).length, 1);
  });

  test("stand the notes, all in the editor's language", () => {
    speak("ja");
    const note = {
      reason_code: "rank_take_best", reason: "No take passes.", reason_values: { take: 2 },
    }; // prettier-ignore
    const parts = rankingParts(ranking(places(2), { notes: [note] }));
    const text = parts.map((each) => each.textContent).join("\n");
    assert.match(text, /on_noneがbestなので、テイク2を通します。/);
    assert.match(text, /つなぎ目の位置/);
    assert.doesNotMatch(text, /Take|score/);
  });
});

test("a node with a ranking has results, and shows them", () => {
  const output = { anime_ranking: [[ranking(places(2))]] };
  assert.ok(hasResults(output));
  const { parts } = resultParts(output, { find: () => null, select: () => {} });
  assert.equal(parts[0].className, "anime-ranking");
});
