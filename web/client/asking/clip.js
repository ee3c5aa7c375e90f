/** Clip of a question about a whole batch, played above its pictures. */

import { Player } from "../player/player.js";

/** @import { FrameSource } from "../player/flipbook.js" */
/** @import { Question } from "./question_window.js" */

const LOOP = "loop";
const CLIPS = [LOOP, "clip_quality"]; // subjects of reports on moving pictures

/**
 * Frames of a question, drawn from the elements that display them in the window.
 *
 * @implements {FrameSource}
 */
class QuestionFrames {
  /** @param {HTMLImageElement[]} images one for each frame */
  constructor(images) {
    this.images = images;
    this.frames = images.length;
    this.numbers = images.map((_, frame) => frame);
  }

  /** Wait for all pictures, and return the size of one. */
  async load() {
    await Promise.all(this.images.map((each) => each.decode()));
    const [{ naturalWidth: width, naturalHeight: height }] = this.images;
    return { width, height };
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {number} frame
   */
  draw(context, frame) {
    const { width, height } = context.canvas;
    context.drawImage(this.images[frame], 0, 0, width, height);
  }

  close() {} // the pictures belong to the window
}

/**
 * Return the player of a question's clip; null if the pictures are no clip that is judged whole.
 *
 * @param {Question} question
 * @param {HTMLImageElement[]} images one for each frame
 */
export function questionClip({ level, subject, fps }, images) {
  const moves = fps !== null || CLIPS.includes(subject);
  if (level !== "batch" || images.length < 2 || !moves) return null;
  return new Player(new QuestionFrames(images), {
    fps,
    isLoop: subject === LOOP,
    hasSlider: true,
  });
}
