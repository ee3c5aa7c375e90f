/** Small pictures that are stored with a report, for frames that the job saved in no file. */

import { api } from "../../../../scripts/api.js";
import { element } from "../../element.js";
import { attemptsOf } from "../../report/retry.js";
import { words } from "../../words.js";

/** @import { Report } from "../../report/types.js" */
/** @import { Snapshot } from "./job_answer.js" */

/**
 * Strip of small pictures. Each is a button that chooses its frame.
 *
 * @typedef {{label: string, snapshots: Snapshot[], seam: number}} Strip `seam`: place before which
 *   the clip begins again; -1 without one
 */

/**
 * Return the strips of a report's small pictures: the worst frame with its neighbours, and the
 * frames around the seam in the order in which they play. What is at the seam isn't shown twice.
 *
 * @param {Snapshot[]} snapshots
 * @param {number} frames number of frames that the report judged
 * @param {number | null} worst the worst frame
 * @returns {Strip[]}
 */
export function stripsOf(snapshots, frames, worst) {
  const half = Math.floor(frames / 2);
  const place = (/** @type {number} */ frame) => (frame + half) % frames;
  const seam = snapshots.filter((each) => each.at_seam);
  seam.sort((a, b) => place(a.frame) - place(b.frame));
  const isBeside = (/** @type {number} */ frame) => worst !== null && Math.abs(frame - worst) <= 1;
  const elsewhere = snapshots.filter((each) => !each.at_seam);
  const besideWorst = elsewhere.length
    ? snapshots.filter((each) => !each.at_seam || (isBeside(each.frame) && !isAtSeam(worst, seam)))
    : [];
  besideWorst.sort((a, b) => a.frame - b.frame);
  const strips = [
    {
      label: words(worst === null ? "snapshots.stored" : "snapshots.worst"),
      snapshots: besideWorst,
      seam: -1,
    },
    {
      label: words("snapshots.seam"),
      snapshots: seam,
      seam: seam.findIndex((each, at) => at > 0 && each.frame < seam[at - 1].frame),
    },
  ];
  return strips.filter((each) => each.snapshots.length > 0);
}

/**
 * @param {number | null} frame
 * @param {Snapshot[]} seam
 */
function isAtSeam(frame, seam) {
  return seam.some((each) => each.frame === frame);
}

/**
 * Return the strips of a report's small pictures as an element.
 *
 * @param {Report} report
 * @param {Snapshot[]} snapshots
 * @param {(frame: number) => void} onChoose
 */
export function snapshotStrips(report, snapshots, onChoose) {
  const worst = report.worst?.frame ?? null;
  /** @type {HTMLButtonElement[]} */
  const buttons = [];
  const strips = stripsOf(snapshots, report.frames ?? 0, worst).map((strip) => {
    const row = element("div", "anime-strip-row");
    row.setAttribute("role", "group");
    row.setAttribute("aria-label", strip.label);
    strip.snapshots.forEach((snapshot, at) => {
      if (at === strip.seam) row.append(seamMark());
      const button = frameButton(snapshot, snapshot.frame === worst, () => onChoose(snapshot.frame));
      buttons.push(button);
      row.append(button);
    });
    return element("div", "anime-strip", element("div", "anime-quiet", strip.label), row);
  });
  const part = element("div", "anime-strips", ...strips);
  /** @param {number} frame */
  const mark = (frame) => {
    for (const button of buttons) {
      button.setAttribute("aria-pressed", String(button.dataset.frame === String(frame)));
    }
  };
  return { part, mark };
}

/**
 * Return the small pictures of a report without those of attempts of a retry that weren't chosen,
 * which show other frames under the same numbers.
 *
 * @param {Report} report
 * @param {Snapshot[]} snapshots
 */
export function withoutOtherAttempts({ measurements }, snapshots) {
  const sets = (/** @type {(chosen: boolean) => boolean} */ isWanted) =>
    measurements.flatMap((each) =>
      attemptsOf(each)
        .filter(({ attempt }) => isWanted(attempt === each.details.chosen))
        .flatMap(({ snapshots: ids = [] }) => ids),
    );
  const own = new Set(sets((chosen) => chosen));
  const rejected = new Set(sets((chosen) => !chosen).filter((id) => !own.has(id)));
  return snapshots.filter(({ set }) => !rejected.has(set));
}

/**
 * Return the URL of a small picture.
 *
 * @param {Snapshot} snapshot
 */
export function snapshotAddress(snapshot) {
  return api.apiURL(snapshot.view);
}

/**
 * Return a small picture as an element, which is removed if the picture can't be loaded.
 *
 * @param {Snapshot} snapshot
 * @param {string} text for people who don't see the picture; "" if another text stands for it
 */
export function snapshotPicture(snapshot, text) {
  const picture = element("img");
  picture.alt = text;
  picture.loading = "lazy";
  picture.decoding = "async";
  picture.width = snapshot.width;
  picture.height = snapshot.height;
  picture.addEventListener("error", () => picture.remove());
  picture.src = snapshotAddress(snapshot);
  return picture;
}

/**
 * Return the sentence for a frame without a picture: which frames have one, or why none has.
 *
 * @param {number} frame
 * @param {Snapshot[]} snapshots
 * @param {string | null} absent code of the reason why pictures are missing
 * @param {"detail.frame_unsaved" | "detail.frame_gone"} unsaved key of the reason why no file shows
 *   the frame
 */
export function absenceText(frame, snapshots, absent, unsaved) {
  const parts = [words(unsaved)];
  if (snapshots.length) {
    const frames = snapshots.map((each) => each.frame).sort((a, b) => a - b);
    const list = frames.join(words("snapshots.comma"));
    parts.push(words("snapshots.other_frames", { frame, frames: list }));
  } else if (absent) parts.push(words(/** @type {any} */ (`snapshots.absent_${absent}`)));
  return parts.join(" ");
}

/**
 * @param {Snapshot} snapshot
 * @param {boolean} isWorst
 * @param {() => void} onChoose
 */
function frameButton(snapshot, isWorst, onChoose) {
  const { frame } = snapshot;
  const picture = snapshotPicture(snapshot, "");
  const number = element("span", "anime-strip-number", isWorst ? `✘ ${frame}` : String(frame));
  const button = element("button", "anime-strip-frame", picture, number);
  button.type = "button";
  button.dataset.frame = String(frame);
  button.dataset.worst = String(isWorst);
  const key = isWorst ? "snapshots.worst_frame" : "curve.picture";
  button.setAttribute("aria-label", words(key, { frame }));
  button.setAttribute("aria-pressed", "false");
  button.addEventListener("click", onChoose);
  return button;
}

function seamMark() {
  const mark = element("span", "anime-strip-seam");
  mark.setAttribute("role", "img");
  mark.setAttribute("aria-label", words("snapshots.begins_again"));
  mark.title = words("snapshots.begins_again");
  return mark;
}
