/** Single frames of an animated picture, for the frames of a report. */

import { element } from "../../element.js";

/** Animated picture whose frames can be drawn one by one. */
export class Animation {
  /**
   * @param {string} address
   * @param {{frames: number | null, fps: number | null}} file
   */
  constructor(address, file) {
    this.file = file;
    this.decoder = load(address);
    this.decoder.catch(() => {}); // `frame` awaits the decoder too and throws the error
  }

  /**
   * Return a frame drawn on a canvas.
   *
   * @param {number} index
   * @returns {Promise<HTMLCanvasElement>}
   */
  async frame(index) {
    const decoder = await this.decoder;
    const { image } = await decoder.decode({ frameIndex: await this.#storedIndex(decoder, index) });
    const canvas = element("canvas");
    canvas.width = image.displayWidth;
    canvas.height = image.displayHeight;
    canvas.getContext("2d")?.drawImage(image, 0, 0);
    image.close();
    return canvas;
  }

  close() {
    this.decoder.then((decoder) => decoder.close()).catch(() => {});
  }

  /**
   * Return the index of the stored picture that displays a frame. Equal frames in a row are stored
   * once, with a longer duration.
   *
   * @param {any} decoder
   * @param {number} index
   */
  async #storedIndex(decoder, index) {
    const storedCount = decoder.tracks.selectedTrack.frameCount;
    const { frames, fps } = this.file;
    if (storedCount === frames || !fps) return index;
    const time = ((index + 0.5) / fps) * 1e6; // µs, within the frame
    for (let candidate = 0, end = 0; candidate < storedCount; candidate++) {
      const { image } = await decoder.decode({ frameIndex: candidate });
      end += image.duration ?? 0;
      image.close();
      if (end > time) return candidate;
    }
    return storedCount - 1;
  }
}

/** @param {string} address */
async function load(address) {
  const Decoder = /** @type {any} */ (globalThis).ImageDecoder; // not every browser has it
  if (!Decoder) throw new Error("This browser can't decode single frames of an animation.");
  const answer = await fetch(address);
  const type = answer.headers.get("content-type") ?? "";
  const decoder = new Decoder({ data: await answer.arrayBuffer(), type });
  await Promise.all([decoder.completed, decoder.tracks.ready]);
  return decoder;
}
