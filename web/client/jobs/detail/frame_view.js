/** View of single frames of a job's files, for the frames of a report. */

import { element } from "../../element.js";
import { addressOf, nameOf } from "../../parts/files.js";
import { FlipbookFrames } from "../../player/flipbook.js";
import { words } from "../../words.js";
import { Animation } from "./animation.js";
import { absenceText, snapshotAddress } from "./snapshots.js";

/** @import { WrittenFile } from "../../parts/files.js" */
/** @import { FlipbookPlaces } from "../../player/flipbook.js" */
/** @import { Snapshot } from "./job_answer.js" */
/** @typedef {HTMLImageElement | HTMLVideoElement | HTMLCanvasElement} Picture */
/** @typedef {{file: WrittenFile, index: number}} FrameLocation file and index of a frame in it */

const CLIPS = ["animation", "video"];

/**
 * View of a single frame: from a job's files, else as the small picture that is stored with its
 * report, else from the flipbook of the loop, else the reason why the frame can't be displayed.
 */
export class FrameView {
  /**
   * @param {WrittenFile[]} files
   * @param {Snapshot[]} [snapshots] small pictures of the report
   * @param {string | null} [absent] code of the reason why small pictures are missing
   * @param {FlipbookPlaces | null} [flipbook] places of the frames of a loop
   */
  constructor(files, snapshots = [], absent = null, flipbook = null) {
    this.files = files;
    this.snapshots = snapshots;
    this.absent = absent;
    this.flipbook = flipbook && new FlipbookFrames(flipbook);
    this.latestRequest = 0;
    this.frame = 0;
    /** @type {Promise<unknown>} display of the latest frame */
    this.shown = Promise.resolve();
    /** @type {Map<string, Animation>} */
    this.animations = new Map();
    /** @type {HTMLVideoElement | null} */
    this.video = null;
    this.root = element("figure", "anime-figure");
  }

  /**
   * Display a frame.
   *
   * @param {number} frame
   * @param {number} frames number of frames that the report judged
   */
  show(frame, frames) {
    this.frame = frame;
    this.shown = this.#show(frame, frames);
    return this.shown;
  }

  /**
   * Return the displayed frame and its picture, as soon as it is displayed.
   *
   * @returns {Promise<{frame: number, picture: Picture | null, isSmall: boolean}>} `picture`: null
   *   if there is none; `isSmall`: true if it isn't from a file
   */
  async displayed() {
    await this.shown;
    const picture = /** @type {Picture | null} */ (this.root.querySelector("img, canvas, video"));
    return { frame: this.frame, picture, isSmall: this.root.dataset.small === "true" };
  }

  /**
   * @param {number} frame
   * @param {number} frames
   */
  async #show(frame, frames) {
    const request = ++this.latestRequest;
    const location = locateFrame(this.files, frame, frames);
    if (typeof location === "string") {
      await this.#showSnapshot(frame, request, location);
      return;
    }
    const label = words("detail.frame_of", { frame, name: nameOf(location.file) });
    try {
      const picture = await this.picture(location);
      if (request !== this.latestRequest) return;
      picture.setAttribute("role", "img");
      picture.setAttribute("aria-label", label);
      this.root.dataset.small = "false";
      this.root.replaceChildren(picture, element("figcaption", "anime-quiet", label));
    } catch {
      if (request !== this.latestRequest) return;
      const text = words("detail.frame_unshown", { frame, name: nameOf(location.file) });
      this.root.replaceChildren(element("p", "anime-quiet", text));
    }
  }

  /**
   * Display the small picture of a frame that no file shows, or why there is none.
   *
   * @param {number} frame
   * @param {number} request
   * @param {"detail.frame_unsaved" | "detail.frame_gone"} unsaved
   */
  async #showSnapshot(frame, request, unsaved) {
    const snapshot = this.snapshots.find((each) => each.frame === frame);
    this.root.dataset.small = "true";
    if (!snapshot && this.flipbook?.numbers.includes(frame)) {
      await this.#showFromFlipbook(frame, request);
      return;
    }
    if (!snapshot) {
      const text = absenceText(frame, this.snapshots, this.absent, unsaved);
      this.root.replaceChildren(element("p", "anime-quiet", text));
      return;
    }
    const label = words("snapshots.frame", { frame });
    try {
      const picture = await still(snapshotAddress(snapshot));
      if (request !== this.latestRequest) return;
      picture.alt = label;
      this.root.replaceChildren(picture, element("figcaption", "anime-quiet", label));
    } catch {
      if (request !== this.latestRequest) return;
      const text = words("snapshots.unloaded", { frame });
      this.root.replaceChildren(element("p", "anime-quiet", text));
    }
  }

  /**
   * Display a frame of the flipbook.
   *
   * @param {number} frame
   * @param {number} request
   */
  async #showFromFlipbook(frame, request) {
    const flipbook = /** @type {FlipbookFrames} */ (this.flipbook);
    const label = words("snapshots.frame", { frame });
    try {
      const { width, height } = await flipbook.load();
      if (request !== this.latestRequest) return;
      const picture = element("canvas");
      Object.assign(picture, { width: Math.round(width), height: Math.round(height) });
      const context = picture.getContext("2d");
      if (context) flipbook.draw(context, frame);
      picture.setAttribute("role", "img");
      picture.setAttribute("aria-label", label);
      this.root.replaceChildren(picture, element("figcaption", "anime-quiet", label));
    } catch {
      if (request !== this.latestRequest) return;
      const text = words("snapshots.unloaded", { frame });
      this.root.replaceChildren(element("p", "anime-quiet", text));
    }
  }

  destroy() {
    this.latestRequest++;
    this.flipbook?.close();
    for (const animation of this.animations.values()) animation.close();
    this.animations.clear();
    this.video?.removeAttribute("src");
    this.video = null;
  }

  /**
   * Return a frame of a file as an element. A video is always the same element.
   *
   * @param {FrameLocation} location
   * @returns {Promise<Picture>}
   */
  async picture({ file, index }) {
    if (file.kind === "image") return still(addressOf(file));
    if (file.kind === "video") return this.#seek(file, index);
    const animation = this.animations.get(file.path) ?? new Animation(addressOf(file), file);
    this.animations.set(file.path, animation);
    return animation.frame(index);
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
      const loaded = nextEvent(video, "loadeddata");
      video.src = addressOf(file);
      await loaded;
    }
    const seeked = nextEvent(video, "seeked");
    video.currentTime = (index + 0.5) / (file.fps ?? 1); // the middle of the frame, not its edge
    await seeked;
    return video;
  }
}

/**
 * Return the location of a frame, or the key of the reason why it can't be displayed. Only files
 * with exactly the judged number of frames are used, because the frames of other files differ.
 *
 * @param {WrittenFile[]} files
 * @param {number} frame
 * @param {number} frames
 * @returns {FrameLocation | "detail.frame_unsaved" | "detail.frame_gone"}
 */
export function locateFrame(files, frame, frames) {
  const clips = files.filter((each) => CLIPS.includes(each.kind) && each.frames === frames);
  const existing = clips.find((each) => each.exists);
  if (existing) return { file: existing, index: frame };
  const stills = files.filter((each) => each.kind === "image");
  if (stills.length === frames && stills[frame]) {
    return stills[frame].exists ? { file: stills[frame], index: 0 } : "detail.frame_gone";
  }
  return clips.length ? "detail.frame_gone" : "detail.frame_unsaved";
}

/** @param {string} address */
async function still(address) {
  const image = element("img");
  image.src = address;
  await image.decode();
  return image;
}

/**
 * Wait for the next event of a video; throw its error if that comes first.
 *
 * @param {HTMLVideoElement} video
 * @param {string} type
 * @returns {Promise<void>}
 */
function nextEvent(video, type) {
  return new Promise((resolve, reject) => {
    video.addEventListener(type, () => resolve(), { once: true });
    video.addEventListener("error", () => reject(video.error), { once: true });
  });
}
