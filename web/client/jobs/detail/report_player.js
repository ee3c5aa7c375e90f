/** Player of the frames of a report, in a job's detail. */

import { addLoadImage } from "../../canvas/load_image.js";
import { element } from "../../element.js";
import { ActionButton } from "../../parts/action_button.js";
import { Message } from "../../parts/message.js";
import { FlipbookFrames } from "../../player/flipbook.js";
import { Player } from "../../player/player.js";
import { words } from "../../words.js";
import { FileFrames, sizeOf } from "./file_frames.js";
import { locateFrame } from "./frame_view.js";

/** @import { NodeReport } from "./job_answer.js" */
/** @import { FrameView } from "./frame_view.js" */

const LOOP = "loop";

/**
 * Return the player of a report's frames, which lies below the view of a single frame: the frames
 * of the files, else those of the flipbook. Null if there is nothing to play and nothing to say.
 *
 * @param {NodeReport} nodeReport
 * @param {FrameView} view that displays a frame at rest
 * @param {{hasCurve: boolean, onFrame: (frame: number) => void,
 *   onRest: (frame: number) => void}} options `hasCurve`: true if a curve chooses the frames;
 *   `onFrame`: called with each frame while it plays; `onRest`: displays a frame in the view
 */
export function reportPlayer({ report, flipbook, flipbook_absent: absent }, view, options) {
  const frames = report.frames ?? 0;
  const isLoop = report.subject === LOOP;
  const isSaved = Array.from({ length: frames }, (_, frame) => frame).every(
    (frame) => typeof locateFrame(view.files, frame, frames) === "object",
  );
  const root = element("div", "anime-report-player");
  /** @type {Player | null} */
  let player = null;
  if (frames > 1 && (isSaved || flipbook)) {
    const small = /** @type {any} */ (flipbook);
    const source = isSaved ? new FileFrames(view, frames) : new FlipbookFrames(small);
    player = new Player(source, {
      fps: report.fps,
      isLoop,
      hasSlider: !options.hasCurve,
      onFrame(frame) {
        view.root.hidden = true;
        options.onFrame(frame);
      },
      onRest: options.onRest,
      onOnion: () => (view.root.hidden = true),
    });
    root.append(player.root);
  } else if (isLoop && frames > 1) {
    const key = /** @type {any} */ (`player.absent_${absent ?? "before"}`);
    root.append(element("p", "anime-quiet", words(key)));
  }
  const message = new Message();
  const send = new ActionButton(words("player.send"), async () => {
    message.clear();
    try {
      message.say(await sendFrame(view));
    } catch (error) {
      message.fail(error);
    }
  });
  send.root.hidden = true;
  root.append(send.root, message.root);
  return {
    root,
    plays: player !== null, // false if there is nothing to play
    /** @param {number} frame that the view displays now */
    rest(frame) {
      view.root.hidden = false;
      send.root.hidden = false;
      player?.show(frame);
    },
    destroy: () => player?.destroy(),
  };
}

/**
 * Send the frame at rest to the canvas, and return the sentence that says so.
 *
 * @param {FrameView} view
 */
async function sendFrame(view) {
  const { frame, picture, isSmall } = await view.displayed();
  if (!picture) throw new Error(words("player.not_sent", { frame }));
  const { width, height } = sizeOf(picture);
  const canvas = element("canvas");
  Object.assign(canvas, { width, height });
  canvas.getContext("2d")?.drawImage(picture, 0, 0);
  /** @type {Blob | null} */
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
  if (!blob) throw new Error(words("player.not_sent", { frame }));
  await addLoadImage(blob, `frame_${String(frame).padStart(5, "0")}.png`);
  const key = isSmall ? "player.sent_small" : "player.sent";
  return words(key, { frame, width, height });
}
