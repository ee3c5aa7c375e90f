/** Flipbook of a loop: a picture with all of its frames in rows, which is decoded once. */

import { callForFile } from "../requests.js";

/**
 * Frames that a player displays.
 *
 * @typedef {object} FrameSource
 * @property {number} frames number of frames of the clip
 * @property {number[]} numbers frames that there is a picture of, rising, from 0
 * @property {() => Promise<{width: number, height: number}>} load returns the size of a picture
 * @property {(context: CanvasRenderingContext2D, frame: number) => void | Promise<void>} draw
 *   draws a frame over the whole canvas; returns a promise if the frame has to be fetched first
 * @property {() => void} close releases the pictures
 */

/**
 * Place of a loop's frames in the picture, as a node and a job's report name it.
 *
 * @typedef {{set: string, frames: number, numbers: number[], columns: number}} FlipbookPlaces
 */

/**
 * Frames of a flipbook, as a player displays them.
 *
 * @implements {FrameSource}
 */
export class FlipbookFrames {
  /** @param {FlipbookPlaces} places */
  constructor(places) {
    this.places = places;
    this.frames = places.frames;
    this.numbers = places.numbers;
    /** @type {Promise<ImageBitmap> | null} */
    this.loading = null;
    /** @type {ImageBitmap | null} */
    this.sheet = null;
    this.isClosed = false;
  }

  /** Load the picture, once, and return the size of a frame in it. */
  async load() {
    this.loading ??= this.#fetch();
    try {
      this.sheet = await this.loading;
    } catch (error) {
      this.loading = null; // the next call tries again
      throw error;
    }
    if (this.isClosed) this.close();
    return this.size;
  }

  /** Return the size of a frame. */
  get size() {
    const { columns, numbers } = this.places;
    const { width = 0, height = 0 } = this.sheet ?? {};
    return { width: width / columns, height: height / Math.ceil(numbers.length / columns) };
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {number} frame that has a picture
   */
  draw(context, frame) {
    const place = this.numbers.indexOf(frame);
    if (!this.sheet || place < 0) return;
    const { width, height } = this.size;
    const { columns } = this.places;
    const [x, y] = [(place % columns) * width, Math.floor(place / columns) * height];
    const { width: wide, height: high } = context.canvas;
    context.drawImage(this.sheet, x, y, width, height, 0, 0, wide, high);
  }

  close() {
    this.isClosed = true;
    this.sheet?.close();
    this.sheet = null;
  }

  async #fetch() {
    const route = `/anime/flipbooks/${encodeURIComponent(this.places.set)}`;
    return createImageBitmap(await callForFile(route, {}));
  }
}
