import assert from "node:assert/strict";
import { afterEach, describe, test } from "node:test";

import "../editor/page.js";
import { reasonsText, stateLabel } from "../../../web/client/productions/production.js";
import { speak } from "../editor/app.js";

const FEW = {
  reason_code: "too_few_frames", reason_values: { frames: 3, least: 8 },
  reason: "3 frames came, at least 8 are needed.",
}; // prettier-ignore

afterEach(() => speak("en"));

describe("the reason of a phase", () => {
  test("has a line for each part, in the editor's language", () => {
    const because = [{ ...FEW, name: "loop.seam_position" }, FEW];
    speak("zh");
    assert.equal(
      reasonsText({ because, reason: "ignored" }),
      "循环：接缝位置：有 3 帧；至少需要 8 帧。\n有 3 帧；至少需要 8 帧。",
    );
  });

  test("without parts is the English text, without verdict and score", () => {
    const reason =
      "merged: FAIL, 42 of 100\n- loop.seam_position: It jumps.\n- banding: It shows bands.";
    assert.equal(
      reasonsText({ because: [], reason }),
      "loop: seam position: It jumps.\nbanding: It shows bands.",
    );
  });

  test("keeps what stands before the verdict of a gate", () => {
    const reason = "Attempt 2 of 3: merged: FAIL\n- banding: It shows bands.";
    assert.equal(
      reasonsText({ because: [], reason }),
      "Attempt 2 of 3: banding: It shows bands.",
    );
  });

  test("is empty where there is none, and otherwise as it was written", () => {
    assert.equal(reasonsText({ because: [], reason: null }), "");
    assert.equal(reasonsText({ because: [], reason: "Out of memory" }), "Out of memory");
  });
});

describe("the state of a phase", () => {
  test("is a symbol and a word", () => {
    assert.equal(stateLabel("passed").textContent, "✔ Passed");
    assert.equal(stateLabel("passed").dataset.state, "passed");
  });

  test("that this version does not know is lost", () => {
    assert.equal(stateLabel("brand_new").textContent, stateLabel("lost").textContent);
    assert.equal(stateLabel("constructor").textContent, stateLabel("lost").textContent);
  });
});
