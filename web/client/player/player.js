/** Player of a clip that is played again and again, for nodes and for a job's detail. */

import { element } from "../element.js";
import { errorText } from "../parts/message.js";
import { words } from "../words.js";
import { playerControls } from "./controls.js";
import { onPlayerKey } from "./keys.js";
import { durations, following, placeOf } from "./timing.js";

/** @import { FrameSource } from "./flipbook.js" */

/**
 * @typedef {object} PlayerOptions
 * @property {number | null} [fps] of the report; an older one has none
 * @property {boolean} [isLoop] true if the clip is a loop, which has a seam
 * @property {boolean} [hasSlider] true to choose frames with a slider below the picture
 * @property {(frame: number) => void} [onFrame] called with each displayed frame
 * @property {(frame: number) => void} [onRest] displays a frame that is at rest instead of the
 *   player's own picture
 * @property {() => void} [onOnion] called when the first frame is displayed over the last
 * @property {() => void} [onClose] called by the button that closes the player
 */

const USUAL_FPS = 12; // of a report without a frame rate
const KEPT = { isSlow: true }; // what was chosen last holds for the players that are opened later

/**
 * Player of a clip.
 *
 * It uses a timer only while it plays and is on the screen, and nothing at all while it is paused.
 */
export class Player {
  /**
   * @param {FrameSource} source
   * @param {PlayerOptions} options
   */
  constructor(source, options) {
    this.source = source;
    this.options = options;
    this.place = 0;
    this.end = 0; // time at which the displayed frame ends
    this.timer = 0;
    this.mix = 50; // percent of the first frame over the last
    this.isPlaying = false;
    this.isOnion = false;
    this.isOnScreen = true;
    this.isDestroyed = false;
    this.isSlow = KEPT.isSlow;
    /** @type {number[]} */
    this.lengths = [];
    /** @type {IntersectionObserver | null} */
    this.observer = null;
    this.onVisibility = () => this.#continue();
    this.canvas = element("canvas", "anime-player-picture");
    this.canvas.setAttribute("role", "img");
    this.canvas.addEventListener("click", () => this.toggle());
    this.context = /** @type {CanvasRenderingContext2D} */ (this.canvas.getContext("2d"));
    this.stage = element("div", "anime-player-stage", this.canvas);
    this.stage.hidden = true;
    this.note = element("div", "anime-quiet anime-player-note");
    this.note.setAttribute("role", "status");
    this.note.hidden = true;
    this.controls = playerControls(this);
    this.root = element("div", "anime-player", this.stage, this.controls.root, this.note);
    this.root.tabIndex = -1;
    this.root.setAttribute("role", "group");
    this.root.setAttribute("aria-label", words("player.label"));
    this.root.addEventListener("keydown", (event) => onPlayerKey(this, event));
    // A node of Nodes 2.0 would be moved with the sliders.
    this.root.addEventListener("pointerdown", (event) => event.stopPropagation());
  }

  /** Return the displayed frame. */
  get frame() {
    return this.source.numbers[this.place];
  }

  /**
   * Load the frames, and display the first one.
   *
   * @returns {Promise<boolean>} false if they can't be loaded; the player says why
   */
  async load() {
    if (this.lengths.length) return true;
    this.note.hidden = false;
    this.note.textContent = words("player.loading");
    try {
      const { width, height } = await this.source.load();
      if (this.isDestroyed) return false;
      this.canvas.width = Math.max(1, Math.round(width));
      this.canvas.height = Math.max(1, Math.round(height));
      this.canvas.style.setProperty("--anime-ratio", String(width / height));
    } catch (error) {
      this.note.textContent = errorText(error);
      return false;
    }
    this.#setLengths();
    const { numbers, frames } = this.source;
    this.note.hidden = numbers.length === frames;
    this.note.textContent = words("player.some", { shown: numbers.length, frames });
    if (!this.options.onRest) {
      this.stage.hidden = false;
      this.#draw();
    }
    return true;
  }

  /** Play, or pause. */
  toggle() {
    if (this.isPlaying) this.pause();
    else this.play();
  }

  async play() {
    if (this.isPlaying || !(await this.load()) || this.isPlaying) return;
    this.isOnion = false;
    this.isPlaying = true;
    this.isOnScreen = true;
    this.stage.hidden = false;
    this.observer = new IntersectionObserver(([entry]) => {
      this.isOnScreen = entry.isIntersecting;
      this.#continue();
    });
    this.observer.observe(this.canvas);
    document.addEventListener("visibilitychange", this.onVisibility);
    this.controls.update();
    this.#draw();
    this.#continue();
  }

  pause() {
    if (!this.isPlaying) return;
    this.#stop();
    this.#rest();
  }

  /**
   * Display a frame at rest.
   *
   * @param {number} frame
   */
  show(frame) {
    this.#stop();
    this.isOnion = false;
    this.place = placeOf(this.source.numbers, frame);
    if (this.options.onRest) {
      this.stage.hidden = true;
      this.controls.update();
    } else this.#rest();
  }

  /**
   * Go to another frame and pause.
   *
   * @param {number} by number of pictures; the clip goes on over its end
   */
  step(by) {
    const { numbers } = this.source;
    const place = (this.place + by + numbers.length) % numbers.length;
    this.show(numbers[place]);
    this.options.onRest?.(this.frame);
  }

  /** @param {boolean} isSlow true to slow the frames beside the seam */
  setSlow(isSlow) {
    this.isSlow = KEPT.isSlow = isSlow;
    this.#setLengths();
    this.controls.update();
  }

  /** @param {boolean} isOnion true to display the first frame over the last */
  async setOnion(isOnion) {
    if (!(await this.load())) return;
    this.#stop();
    this.isOnion = isOnion;
    if (isOnion) {
      this.stage.hidden = false;
      this.controls.update();
      this.options.onOnion?.();
      await this.#draw();
    } else this.#rest();
  }

  /** @param {number} percent of the first frame over the last */
  setMix(percent) {
    this.mix = percent;
    this.#draw();
  }

  destroy() {
    this.isDestroyed = true;
    this.#stop();
    this.source.close();
    this.root.remove();
  }

  #setLengths() {
    const { numbers, frames } = this.source;
    const isSlow = this.isSlow && Boolean(this.options.isLoop);
    this.lengths = durations(numbers, frames, this.options.fps || USUAL_FPS, isSlow);
  }

  #stop() {
    this.isPlaying = false;
    clearTimeout(this.timer);
    this.timer = 0;
    this.observer?.disconnect();
    this.observer = null;
    document.removeEventListener("visibilitychange", this.onVisibility);
  }

  #rest() {
    this.controls.update();
    if (this.options.onRest) {
      this.stage.hidden = true;
      this.options.onRest(this.frame);
    } else this.#draw();
  }

  /** Go on playing if the player is on the screen, else hold the time. */
  #continue() {
    const isSeen = this.isPlaying && this.isOnScreen && !document.hidden;
    if (!isSeen) {
      clearTimeout(this.timer);
      this.timer = 0;
    } else if (!this.timer) {
      this.end = performance.now() + this.lengths[this.place];
      this.#wait();
    }
  }

  #wait() {
    this.timer = setTimeout(() => this.#advance(), Math.max(0, this.end - performance.now()));
  }

  async #advance() {
    Object.assign(this, following(this, this.lengths, performance.now()));
    try {
      const drawn = this.#draw();
      if (drawn) await drawn;
    } catch (error) {
      this.pause(); // a file that is gone or can't be decoded
      this.note.hidden = false;
      this.note.textContent = errorText(error);
    }
    if (this.timer && this.isPlaying) this.#wait();
  }

  /** Draw what is to be displayed. */
  #draw() {
    const { context, canvas, frame, source } = this;
    if (!this.lengths.length) return undefined;
    if (this.isOnion) return this.#drawOnion();
    context.clearRect(0, 0, canvas.width, canvas.height);
    const drawn = source.draw(context, frame);
    this.controls.showFrame(frame);
    if (this.isPlaying) this.options.onFrame?.(frame);
    return drawn;
  }

  async #drawOnion() {
    const { context, canvas, source } = this;
    const last = source.numbers[source.numbers.length - 1];
    const layers = [last, 0].map(() => new OffscreenCanvas(canvas.width, canvas.height));
    for (const [index, frame] of [last, 0].entries()) {
      await source.draw(/** @type {any} */ (layers[index].getContext("2d")), frame);
    }
    if (!this.isOnion) return;
    context.clearRect(0, 0, canvas.width, canvas.height);
    context.drawImage(layers[0], 0, 0);
    context.globalAlpha = this.mix / 100;
    context.drawImage(layers[1], 0, 0);
    context.globalAlpha = 1;
    canvas.setAttribute("aria-label", words("player.mix_value", { percent: this.mix }));
  }
}
