import { element } from "../../element.js";
import { addressOf, nameOf } from "../../parts/files.js";
import { words } from "../../words.js";
import { Animation } from "./animation.js";

/** @import { WrittenFile } from "../../parts/files.js" */
/** @typedef {{file: WrittenFile, index: number}} Place where a frame is: which one of a file */

/** Shows single frames of what a job wrote, or says why it can't. */
export class FrameView {
  /** @param {WrittenFile[]} files */
  constructor(files) {
    this.files = files;
    this.latest = 0;
    /** @type {Map<string, Animation>} */
    this.open = new Map();
    /** @type {HTMLVideoElement | null} */
    this.video = null;
    this.root = element("figure", "anime-figure");
  }

  /**
   * @param {number} frame
   * @param {number} frames how many were judged
   */
  async show(frame, frames) {
    const turn = ++this.latest;
    const found = placeOf(this.files, frame, frames);
    if (typeof found === "string") {
      this.root.replaceChildren(element("p", "anime-quiet", words(found)));
      return;
    }
    const label = words("detail.frame_of", { frame, name: nameOf(found.file) });
    try {
      const picture = await this.#picture(found);
      if (turn !== this.latest) return;
      picture.setAttribute("role", "img");
      picture.setAttribute("aria-label", label);
      this.root.replaceChildren(picture, element("figcaption", "anime-quiet", label));
    } catch {
      if (turn !== this.latest) return;
      const text = words("detail.frame_unshown", { frame, name: nameOf(found.file) });
      this.root.replaceChildren(element("p", "anime-quiet", text));
    }
  }

  destroy() {
    this.latest++;
    for (const each of this.open.values()) each.close();
    this.open.clear();
    this.video?.removeAttribute("src");
    this.video = null;
  }

  /** @param {Place} place */
  async #picture({ file, index }) {
    if (file.kind === "image") return still(addressOf(file));
    if (file.kind === "video") return this.#seek(file, index);
    const known = this.open.get(file.path) ?? new Animation(addressOf(file), file);
    this.open.set(file.path, known);
    return known.frame(index);
  }

  /**
   * @param {WrittenFile} file
   * @param {number} index
   */
  async #seek(file, index) {
    const video = this.video ?? element("video");
    if (!this.video) {
      this.video = video;
      video.muted = true;
      video.playsInline = true;
      video.preload = "auto";
      const loaded = happened(video, "loadeddata");
      video.src = addressOf(file);
      await loaded;
    }
    const shown = happened(video, "seeked");
    video.currentTime = (index + 0.5) / (file.fps ?? 1); // within a frame, not at its edge
    await shown;
    return video;
  }
}

/**
 * Where a frame is, or the word for why it can't be shown. Only files that hold exactly as many
 * frames as were judged: others show other frames.
 *
 * @param {WrittenFile[]} files
 * @param {number} frame
 * @param {number} frames
 * @returns {Place | "detail.frame_unsaved" | "detail.frame_gone"}
 */
export function placeOf(files, frame, frames) {
  const moving = files.filter((each) => each.kind !== "image" && each.frames === frames);
  const there = moving.find((each) => each.exists);
  if (there) return { file: there, index: frame };
  const stills = files.filter((each) => each.kind === "image");
  if (stills.length === frames && stills[frame]) {
    return stills[frame].exists ? { file: stills[frame], index: 0 } : "detail.frame_gone";
  }
  return moving.length ? "detail.frame_gone" : "detail.frame_unsaved";
}

/** @param {string} address */
async function still(address) {
  const shown = element("img");
  shown.src = address;
  await shown.decode();
  return shown;
}

/**
 * @param {HTMLVideoElement} video
 * @param {string} wanted
 * @returns {Promise<void>}
 */
function happened(video, wanted) {
  return new Promise((resolve, reject) => {
    video.addEventListener(wanted, () => resolve(), { once: true });
    video.addEventListener("error", () => reject(video.error), { once: true });
  });
}
