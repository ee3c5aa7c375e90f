/** State of a question while a person picks pictures, without any element. */

/**
 * @typedef {{kind: "none" | "changed" | "warned" | "left" | "zoomed"} |
 *   {kind: "answered", picked: number[]}} Outcome effect of a key
 */

const LAST_DIGIT = 9;

/** Pictures of a question: which are picked, and which one the keys act on. */
export class Choice {
  /**
   * @param {number[]} frames numbers of the pictures
   * @param {boolean} isWhole true if all pictures are accepted or rejected together
   * @param {number[]} picked numbers of the pictures that are picked at first
   */
  constructor(frames, isWhole, picked = []) {
    this.frames = frames;
    this.isWhole = isWhole;
    this.cursor = 0;
    /** @type {Set<number>} */
    this.picked = new Set(picked);
    this.isWarned = false;
  }

  /** Return the numbers of the picked pictures, ascending. */
  get numbers() {
    return this.frames.filter((frame) => this.picked.has(frame));
  }

  /**
   * Pick a picture, or leave it out again. All pictures of a whole are picked together.
   *
   * @param {number} place
   */
  toggle(place) {
    const frame = this.frames[place];
    if (frame === undefined) return;
    this.cursor = place;
    this.isWarned = false;
    if (this.isWhole) this.picked = new Set(this.picked.size ? [] : this.frames);
    else if (!this.picked.delete(frame)) this.picked.add(frame);
  }

  /**
   * Act on a key.
   *
   * @param {string} key as in `KeyboardEvent.key`
   * @param {number} columns number of pictures in a row
   * @returns {Outcome}
   */
  press(key, columns) {
    const digit = /^[1-9]$/.test(key) ? Number(key) : 0;
    const steps = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns };
    if (digit && digit <= Math.min(LAST_DIGIT, this.frames.length)) {
      this.toggle(digit - 1);
      return { kind: "changed" };
    }
    if (key in steps) return this.#move(steps[/** @type {keyof typeof steps} */ (key)]);
    if (key === "Home") return this.#move(-this.cursor);
    if (key === "End") return this.#move(this.frames.length - 1 - this.cursor);
    if (key === " ") {
      this.toggle(this.cursor);
      return { kind: "changed" };
    }
    if (key === "z" || key === "Z") return { kind: "zoomed" };
    if (key === "Escape") return { kind: "left" };
    if (key === "Enter") return this.#confirm();
    return { kind: "none" };
  }

  /** @param {number} step */
  #move(step) {
    const place = this.cursor + step;
    if (place < 0 || place >= this.frames.length) return { kind: /** @type {const} */ ("none") };
    this.cursor = place;
    return { kind: /** @type {const} */ ("changed") };
  }

  /**
   * Confirm the choice. Nothing is rejected as a whole by a single press, which may be an accident.
   *
   * @returns {Outcome}
   */
  #confirm() {
    if (this.picked.size > 0 || this.isWarned) return { kind: "answered", picked: this.numbers };
    this.isWarned = true;
    return { kind: "warned" };
  }
}

/**
 * Return the time that is left as text, such as `4:05`.
 *
 * @param {number} seconds
 */
export function clock(seconds) {
  const whole = Math.max(0, Math.ceil(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}
