import assert from "node:assert/strict";
import { afterEach, describe, test } from "node:test";

import * as texts from "../../web/client/words.js";
import { settings, speak } from "./editor/app.js";

afterEach(() => speak("en"));

describe("the language", () => {
  test("is the one that the editor is set to", () => {
    speak("ja");
    assert.equal(texts.language(), "ja");
    assert.equal(texts.words("state.failed"), "失敗");
  });

  test("is English where the editor names none", () => {
    for (const setting of [undefined, "", 3]) {
      settings.set("Comfy.Locale", setting);
      assert.equal(texts.language(), "en");
    }
  });
});

describe("a text", () => {
  test("is English in a language that the pack does not speak", () => {
    speak("fr");
    assert.equal(texts.words("state.failed"), "Failed");
    assert.equal(texts.unitName("frames"), "frames");
  });

  test("that does not exist is its key, even one that every object has", () => {
    assert.equal(texts.words("no.such_text"), "no.such_text");
    assert.equal(texts.words("constructor"), "constructor");
  });

  test("has its placeholders filled, and keeps those without a value", () => {
    assert.equal(texts.words("curve.frame", { frame: 3, value: 0 }), "Frame 3: 0");
    assert.equal(texts.words("curve.frame", { frame: 3 }), "Frame 3: {value}");
  });

  test("is not filled twice: braces in a value stay as they are", () => {
    assert.equal(texts.words("curve.frame", { frame: "{value}", value: 1 }), "Frame {value}: 1");
    assert.equal(texts.words("curve.picture", { frame: "$&" }), "Frame $&");
  });
});

describe("a number", () => {
  test("below 1 begins with 0, in every language", () => {
    for (const language of ["en", "ja", "zh"]) {
      speak(language);
      assert.equal(texts.number(0.1), "0.1");
      assert.match(texts.number(0.1, "s"), /^0\.1/u);
    }
  });

  test("has its unit once, and a unit in the form that it asks for", () => {
    const similarity = { name: "similarity", unit: "similarity" };
    assert.equal(texts.valueOf(similarity, 0.996), "0.996");
    const seam = { name: "seam_position", unit: "steps" };
    assert.equal(texts.valueOf(seam, 1), "1 step");
    assert.equal(texts.valueOf(seam, 1.0004), "1 step");
    assert.equal(texts.valueOf(seam, 4.06), "4.06 steps");
    assert.equal(texts.valueOf(seam, 0.1), "0.1 steps");
  });
});

describe("a text of a route", () => {
  const english = "It is no file below the output folder.";

  test("is what the route wrote, in English", () => {
    assert.equal(texts.routeText("kept.outside", english), english);
  });

  test("is translated where its code has a text, else it stays English", () => {
    speak("zh");
    assert.match(texts.routeText("kept.outside", english), /\p{Script=Han}/u);
    assert.equal(texts.routeText("kept.brand_new", english), english);
    speak("fr");
    assert.equal(texts.routeText("kept.outside", english), english);
  });
});

describe("a refusal", () => {
  const english = "There is no job 7.";
  const refusal = { key: "unknown_job", values: { id: "7" } };

  test("is what the route wrote, in English", () => {
    assert.equal(texts.refusalText(refusal, english), english);
  });

  test("is translated with its values, else it stays English", () => {
    speak("ja");
    assert.equal(texts.refusalText(refusal, english), "ジョブ7はありません。");
    assert.equal(texts.refusalText({ key: "brand_new", values: {} }, english), english);
    assert.equal(texts.refusalText({}, english), english);
    speak("fr");
    assert.equal(texts.refusalText(refusal, english), english);
  });

  test("names a state in the editor's language", () => {
    speak("ja");
    const ended = { key: "has_ended", values: { state: "failed" } };
    assert.equal(
      texts.refusalText(ended, english),
      "ジョブはすでに終了していて（失敗）、キャンセルするものがありません。",
    );
  });
});

describe("a reason", () => {
  const few = {
    reason_code: "too_few_frames", reason_values: { frames: 3, least: 8 }, reason: "3 came.",
  }; // prettier-ignore

  test("is what was written down, in English and where no translation is known", () => {
    assert.equal(texts.reasonText(few), "3 came.");
    speak("ja");
    assert.equal(texts.reasonText({ ...few, reason_code: "brand_new" }), "3 came.");
    assert.equal(texts.reasonText({ ...few, reason_values: undefined }), "3 came.");
  });

  test("is translated with its values", () => {
    speak("ja");
    assert.equal(texts.reasonText(few), "フレームは3枚です。少なくとも8枚必要です。");
    speak("zh");
    assert.equal(texts.reasonText(few), "有 3 帧；至少需要 8 帧。");
  });

  test("is what was written down where an earlier version recorded fewer values", () => {
    speak("ja");
    assert.equal(texts.reasonText({ ...few, reason_values: { frames: 3 } }), "3 came.");
  });

  test("names the measurement and the unit in the editor's language", () => {
    speak("ja");
    const pair = {
      name: "loop.seam_position", reason_code: "compared_pair", reason: "Seam position is 1.",
      reason_values: { measure: "Seam position", worst: 1 },
    }; // prettier-ignore
    assert.equal(texts.reasonText(pair), "ループ：つなぎ目の位置は1です。");
    const gate = {
      reason_code: "threshold_given_least", reason: "It is 3 frames.",
      reason_values: { value: 3, unit: "frames", limit: 8 },
    }; // prettier-ignore
    assert.equal(
      texts.reasonText(gate),
      "値は3 フレームで、ゲートで求められたのは8以上です。",
    );
  });

  test("has no space before a unit in full-width brackets", () => {
    speak("ja");
    const gate = {
      reason_code: "threshold_given_least", reason: "",
      reason_values: { value: 0.3, unit: "of the picture", limit: 0.5 },
    }; // prettier-ignore
    assert.equal(
      texts.reasonText(gate),
      "値は0.3（画全体比）で、ゲートで求められたのは0.5以上です。",
    );
  });

  test("of a decision without a name is somebody's", () => {
    speak("zh");
    const decision = { reason_code: "production_approved", reason: "", reason_values: { who: "" } };
    assert.equal(texts.reasonText(decision), "有人批准了此次尝试。");
  });

  test("leaves the values that it was given as they were", () => {
    speak("ja");
    const values = { value: 3, unit: "frames", limit: 8 };
    texts.reasonText({ reason_code: "threshold_given_least", reason: "", reason_values: values });
    assert.equal(values.unit, "frames");
  });

  test("can stand behind its measurement's name", () => {
    const named = { ...few, name: "loop.seam_position" };
    assert.equal(texts.namedReason(named), "loop: seam position: 3 came.");
    assert.equal(texts.namedReason(few), "3 came.");
  });
});

describe("a number", () => {
  test("has three digits that count, and the language's separators", () => {
    assert.equal(texts.number(0.0123456), "0.0123");
    assert.equal(texts.number(1234), "1,230");
    speak("de");
    assert.equal(texts.number(1.5), "1,5");
  });

  test("has its unit behind, without a space before full-width brackets", () => {
    assert.equal(texts.number(3, "frames"), "3 frames");
    assert.equal(texts.number(3, "parsec"), "3 parsec");
    speak("ja");
    assert.equal(texts.number(3, "frames"), "3 フレーム");
    assert.equal(texts.number(0.5, "of the picture"), "0.5（画全体比）");
  });
});

describe("a unit", () => {
  test("has the form that its number asks for", () => {
    assert.equal(texts.number(1, "steps"), "1 step");
    assert.equal(texts.number(1.0004, "steps"), "1 step");
    assert.equal(texts.number(4.06, "steps"), "4.06 steps");
    assert.equal(texts.number(0, "steps"), "0 steps");
    speak("zh");
    assert.equal(texts.number(1, "steps"), "1 倍步幅");
  });

  test("is left out where it says nothing or the name says it already", () => {
    const textOf = (/** @type {string} */ name, /** @type {string} */ unit) =>
      texts.valueOf({ name, unit }, 0.996);
    assert.equal(textOf("character.similarity: Mika", "similarity"), "0.996");
    assert.equal(textOf("ssim", "SSIM"), "0.996");
    assert.equal(textOf("colour_difference", "ΔE₀₀"), "0.996");
    assert.equal(textOf("scenes", "scenes"), "0.996");
    assert.equal(textOf("seam_hold", "frames"), "0.996 frames");
    assert.equal(textOf("odd", ""), "0.996");
    for (const other of ["ja", "zh"]) {
      speak(other);
      assert.equal(textOf("similarity", "similarity"), "0.996");
      assert.equal(textOf("colour_difference", "ΔE₀₀"), "0.996");
    }
  });
});

test("a measured value is never shown on the limit's other side", () => {
  const near = { name: "ssim", unit: "SSIM", better: "higher", threshold: 0.93 };
  assert.equal(texts.valueOf(near, 0.92987), "0.9299");
  assert.equal(texts.valueOf(near, 0.93012), "0.93");
  const band = { name: "seam_position", unit: "steps", better: "band", threshold: [0.4, 1.75] };
  assert.equal(texts.valueOf(band, 1.7512), "1.751 steps");
});

describe("a measurement's name", () => {
  test("has its subject in front, its character behind", () => {
    assert.equal(texts.title("seam_position"), "seam position");
    assert.equal(texts.title("loop.seam_position"), "loop: seam position");
    assert.equal(texts.title("loop.seam_position: Mika"), "loop: seam position: Mika");
  });

  test("tells subjects of one kind apart by their number", () => {
    assert.equal(texts.title("loop_2.seam_position"), "loop 2: seam position");
    speak("ja");
    assert.equal(texts.title("loop_2.seam_position"), "ループ 2：つなぎ目の位置");
  });

  test("is legible even where the pack does not know it", () => {
    assert.equal(texts.title("my_pack.odd_value"), "my pack: odd value");
  });
});

test("the pack's phases are translated, others keep their name or id", () => {
  speak("ja");
  assert.equal(texts.phaseName("sample_clip", "Sample clip"), "サンプルクリップ");
  assert.equal(texts.phaseName("own", "My phase"), "My phase");
  assert.equal(texts.phaseName("own"), "own");
});
