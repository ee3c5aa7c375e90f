/** Frames of a job's files, as a player displays them. */

import { locateFrame } from "./frame_view.js";

/** @import { FrameSource } from "../../player/flipbook.js" */
/** @import { FrameView } from "./frame_view.js" */

const MOST_PIXELS = 32e6; // of all frames together; a browser holds them in 128 MB
const LONGEST_SIDE = 1280; // px of a frame

/**
 * Frames of a job's files. Each is decoded in the first lap and kept, reduced where they are many,
 * so that the later laps have the clip's rate.
 *
 * @implements {FrameSource}
 */
export class FileFrames {
  /**
   * @param {FrameView} view that decodes the frames
   * @param {number} frames number of frames of the clip
   */
  constructor(view, frames) {
    this.view = view;
    this.frames = frames;
    this.numbers = Array.from({ length: frames }, (_, frame) => frame);
    /** @type {Map<number, ImageBitmap>} */
    this.pictures = new Map();
    this.size = { width: 0, height: 0 };
    this.isClosed = false;
  }

  /** Decode the first frame, and return the size at which frames are kept. */
  async load() {
    const location = /** @type {any} */ (locateFrame(this.view.files, 0, this.frames));
    const { width, height } = sizeOf(await this.view.picture(location));
    const most = Math.sqrt(MOST_PIXELS / (this.frames * width * height));
    const factor = Math.min(1, most, LONGEST_SIDE / Math.max(width, height));
    this.size = {
      width: Math.max(1, Math.round(width * factor)),
      height: Math.max(1, Math.round(height * factor)),
    };
    return this.size;
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {number} frame
   */
  draw(context, frame) {
    const kept = this.pictures.get(frame);
    if (!kept) return this.#fetch(context, frame);
    context.drawImage(kept, 0, 0, context.canvas.width, context.canvas.height);
    return undefined;
  }

  close() {
    this.isClosed = true;
    for (const picture of this.pictures.values()) picture.close();
    this.pictures.clear();
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {number} frame
   */
  async #fetch(context, frame) {
    const location = /** @type {any} */ (locateFrame(this.view.files, frame, this.frames));
    const picture = await createImageBitmap(await this.view.picture(location), {
      resizeWidth: this.size.width,
      resizeHeight: this.size.height,
    });
    if (this.isClosed) return picture.close();
    this.pictures.set(frame, picture);
    context.drawImage(picture, 0, 0, context.canvas.width, context.canvas.height);
  }
}

/**
 * Return the size of a decoded frame in px.
 *
 * @param {HTMLImageElement | HTMLVideoElement | HTMLCanvasElement} picture
 */
export function sizeOf(picture) {
  if (picture instanceof HTMLImageElement) {
    return { width: picture.naturalWidth, height: picture.naturalHeight };
  }
  if (picture instanceof HTMLVideoElement) {
    return { width: picture.videoWidth, height: picture.videoHeight };
  }
  return { width: picture.width, height: picture.height };
}
