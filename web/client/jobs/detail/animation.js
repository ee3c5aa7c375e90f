import { element } from "../../element.js";

/** The frames of an animated picture, one by one. */
export class Animation {
  /**
   * @param {string} address
   * @param {{frames: number, fps: number | null}} file
   */
  constructor(address, file) {
    this.file = file;
    this.decoder = load(address);
    this.decoder.catch(() => {}); // said by whoever asks for a frame
  }

  /**
   * @param {number} index
   * @returns {Promise<HTMLCanvasElement>}
   */
  async frame(index) {
    const decoder = await this.decoder;
    const { image } = await decoder.decode({ frameIndex: await this.#stored(decoder, index) });
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
   * Which stored picture shows a frame: equal ones in a row are stored once, and shown longer.
   *
   * @param {any} decoder
   * @param {number} index
   */
  async #stored(decoder, index) {
    const stored = decoder.tracks.selectedTrack.frameCount;
    const { frames, fps } = this.file;
    if (stored === frames || !fps) return index;
    const time = ((index + 0.5) / fps) * 1e6; // µs, within the frame
    for (let each = 0, start = 0; each < stored; each++) {
      const { image } = await decoder.decode({ frameIndex: each });
      start += image.duration ?? 0;
      image.close();
      if (start > time) return each;
    }
    return stored - 1;
  }
}

/** @param {string} address */
async function load(address) {
  const Decoder = /** @type {any} */ (globalThis).ImageDecoder; // not every browser has it
  if (!Decoder) throw new Error("This browser gives no single frames of an animation.");
  const answer = await fetch(address);
  const type = answer.headers.get("content-type") ?? "";
  const decoder = new Decoder({ data: await answer.arrayBuffer(), type });
  await Promise.all([decoder.completed, decoder.tracks.ready]);
  return decoder;
}
