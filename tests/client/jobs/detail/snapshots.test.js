import assert from "node:assert/strict";
import { afterEach, describe, test } from "node:test";

import "../../editor/page.js";
import { FrameView } from "../../../../web/client/jobs/detail/frame_view.js";
import {
  absenceText, snapshotStrips, stripsOf, withoutOtherAttempts,
} from "../../../../web/client/jobs/detail/snapshots.js"; // prettier-ignore
import { speak } from "../../editor/app.js";
import { measurement, report } from "../../report/measurements.js";

/** Return a small picture of a frame. */
const shot = (frame, at_seam = false) => ({
  set: "s", frame, at_seam, width: 320, height: 180, bytes: 9, view: `/anime/snapshot?frame=${frame}`,
}); // prettier-ignore

/** Return the small pictures of a loop of 24 frames, in the order of the route. */
const seam = () => [0, 1, 2, 21, 22, 23].map((frame) => shot(frame, true));
const framesOf = ({ snapshots }) => snapshots.map(({ frame }) => frame);

afterEach(() => speak("en"));

describe("the strips of a report's pictures", () => {
  test("show a seam as it plays, with the place where the clip begins again", () => {
    const [strip, ...others] = stripsOf(seam(), 24, 23);
    assert.deepEqual(framesOf(strip), [21, 22, 23, 0, 1, 2]);
    assert.equal(strip.seam, 3);
    assert.deepEqual(others, []);
  });

  test("show a worst frame beside the seam with its neighbours, also those at the seam", () => {
    const [worst, around] = stripsOf([...seam(), shot(19), shot(20)], 24, 20);
    assert.deepEqual(framesOf(worst), [19, 20, 21]);
    assert.deepEqual(framesOf(around), [21, 22, 23, 0, 1, 2]);
  });

  test("show pictures without a seam in the order of the frames", () => {
    const [strip, ...others] = stripsOf([shot(9), shot(3), shot(4)], 12, 4);
    assert.deepEqual(framesOf(strip), [3, 4, 9]);
    assert.equal(strip.seam, -1);
    assert.deepEqual(others, []);
    assert.equal(strip.label, "The worst frame and others");
    assert.equal(stripsOf([shot(3)], 12, null)[0].label, "Frames stored with the report");
    assert.deepEqual(stripsOf([], 12, 4), []);
  });

  test("leave out those of attempts that were not chosen", () => {
    const attempts = [["1", ["a", "c"]], ["2", ["b", "c"]]].map(([attempt, snapshots]) => ({
      attempt: Number(attempt), seed: 1, report: report(), snapshots,
    })); // prettier-ignore
    const retry = measurement({ backend: "retry", details: { chosen: 2, attempts } });
    const all = ["a", "b", "c", "d"].map((set) => ({ ...shot(0), set }));
    const own = withoutOtherAttempts(report(retry), all);
    assert.deepEqual(own.map(({ set }) => set), ["b", "c", "d"]);
    assert.deepEqual(withoutOtherAttempts(report(measurement()), all), all);
  });

  test("mark the worst frame and the chosen one in words too", () => {
    const chosen = [];
    const failing = report(measurement({ verdict: "FAIL" }));
    failing.frames = 24;
    failing.worst = { frame: 23, reason_code: "x", reason: "" };
    const strips = snapshotStrips(failing, seam(), (frame) => chosen.push(frame));
    const row = /** @type {any} */ (strips.part).querySelector(".anime-strip-row");
    const buttons = row.children.filter((each) => each.tag === "button");
    const labels = buttons.map((each) => each.attributes.get("aria-label"));
    const names = ["Frame 21", "Frame 22", "Frame 23, the worst", "Frame 0", "Frame 1", "Frame 2"];
    assert.deepEqual(labels, names);
    strips.mark(0);
    const pressed = buttons.map((each) => each.attributes.get("aria-pressed"));
    assert.deepEqual(pressed, ["false", "false", "false", "true", "false", "false"]);
    buttons[1].dispatchEvent(new Event("click"));
    assert.deepEqual(chosen, [22]);
  });
});

describe("a frame that no file shows", () => {
  test("without a picture says which frames have one", () => {
    const text = absenceText(12, [shot(22), shot(0)], null, "detail.frame_unsaved");
    assert.match(text, /saved no file/);
    assert.match(text, /Frame 12 was not stored .*: 0, 22\.$/);
    speak("ja");
    assert.match(absenceText(12, [shot(22), shot(0)], null, "detail.frame_gone"), /0、22。$/);
  });

  for (const reason of ["gone", "failed", "no_room", "missing"]) {
    test(`says why there are no pictures: ${reason}`, () => {
      for (const language of ["en", "ja", "zh"]) {
        speak(language);
        const text = absenceText(12, [], reason, "detail.frame_unsaved");
        assert.ok(text.length > 20);
        assert.doesNotMatch(text, /snapshots\.|undefined/);
      }
    });
  }

  test("of an earlier version says only that no file shows it", () => {
    const view = new FrameView([]);
    view.show(3, 12);
    assert.match(view.root.textContent, /^The job saved no file .*can't be shown\.$/);
  });
});
