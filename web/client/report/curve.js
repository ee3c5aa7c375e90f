/** Curve of a measurement over the frames of a clip, for nodes and the sidebar. */

import uPlot from "../vendor/uplot/uPlot.esm.js";
import { element } from "../element.js";
import { verdictStyle } from "./verdicts.js";
import { number, title, valueOf, words } from "../words.js";

/** @import { Measurement } from "./types.js" */

const HEIGHT = 88; // pixels
const NARROWEST = 120; // pixels; a narrower curve can't be read
const POINTS_UP_TO = 60; // frames; with more of them the points would merge into a thick line
const GREY = "#9CA3AF";
const STEPS = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 };

/**
 * Curve of a measurement over the frames; the pointer or the arrow keys choose a frame.
 *
 * Frames that were not measured are grey, the threshold is dashed, the worst frame is dotted.
 */
export class Curve {
  /**
   * @param {Measurement} measurement
   * @param {number | null} worst the worst frame, which the keyboard chooses first
   * @param {(frame: number) => void} onChoose
   * @param {{height?: number, isDragged?: boolean}} [options] `height` in pixels; `isDragged`: true
   *   if a drag chooses frames
   */
  constructor(measurement, worst, onChoose, { height = HEIGHT, isDragged = false } = {}) {
    this.measurement = measurement;
    this.height = height;
    this.frames = framesOf(measurement);
    this.worst = worst;
    this.onChoose = onChoose;
    /** @type {number | null} */
    this.chosen = null;
    this.element = this.#slider();
    if (isDragged) this.#followDrags();
    /** @type {uPlot | null} the drawing, which is made when the element is first displayed */
    this.plot = null;
    // The user changes the node's width, and the editor mounts the element after its creation.
    this.resized = new ResizeObserver(() => this.#fit());
    this.resized.observe(this.element);
  }

  /**
   * Choose a frame; one without a value in the curve becomes the nearest one that has one.
   *
   * @param {number} frame
   */
  choose(frame) {
    const distance = (/** @type {number} */ each) => Math.abs(each - frame);
    this.chosen = this.frames.reduce((a, b) => (distance(b) < distance(a) ? b : a));
    this.element.setAttribute("aria-valuenow", String(this.chosen));
    this.element.setAttribute("aria-valuetext", valueAt(this.measurement, this.chosen));
    this.plot?.redraw(false);
    this.onChoose(this.chosen);
  }

  /**
   * Mark a frame that something else displays.
   *
   * @param {number} frame
   */
  mark(frame) {
    this.chosen = frame;
    this.plot?.redraw(false);
  }

  destroy() {
    this.resized.disconnect();
    this.plot?.destroy();
    this.element.remove();
  }

  get #last() {
    return this.frames[this.frames.length - 1];
  }

  #slider() {
    const slider = element("div", "anime-curve");
    slider.style.minHeight = `${this.height}px`; // the drawing comes later
    const label = words("curve.label", { name: title(this.measurement.name) });
    const start = this.worst ?? 0;
    const attributes = {
      role: "slider",
      tabindex: "0",
      "aria-label": label,
      "aria-valuemin": "0",
      "aria-valuemax": String(this.#last),
      "aria-valuenow": String(start),
      "aria-valuetext": valueAt(this.measurement, start),
    };
    for (const [name, value] of Object.entries(attributes)) slider.setAttribute(name, value);
    slider.addEventListener("click", (event) => this.choose(this.#frameAt(event.clientX)));
    slider.addEventListener("keydown", (event) => {
      const step = STEPS[/** @type {keyof typeof STEPS} */ (event.key)];
      if (step === undefined) return;
      event.preventDefault();
      event.stopPropagation(); // the canvas would move the node
      const place = this.frames.indexOf(this.chosen ?? start);
      this.choose(this.chosen === null ? start : (this.frames[place + step] ?? this.chosen));
    });
    return slider;
  }

  /** Choose the frames over which the pointer is dragged. */
  #followDrags() {
    this.element.style.touchAction = "pan-y"; // a finger to the side chooses, and doesn't scroll
    this.element.addEventListener("pointerdown", (event) => {
      if (event.button === 0) this.element.setPointerCapture(event.pointerId);
    });
    this.element.addEventListener("pointermove", (event) => {
      if (!this.element.hasPointerCapture(event.pointerId)) return;
      const frame = this.#frameAt(event.clientX);
      if (frame !== this.chosen && frame >= 0 && frame <= this.#last) this.choose(frame);
    });
  }

  /**
   * Return the frame under the pointer. It is computed from the share of the width, not from
   * pixels, because the canvas scales the element.
   *
   * @param {number} clientX
   */
  #frameAt(clientX) {
    const plot = (this.plot ??= this.#plot(NARROWEST));
    const { left, width } = plot.over.getBoundingClientRect();
    const { min = 0, max = 0 } = plot.scales.x;
    return Math.round(min + ((clientX - left) / width) * (max - min));
  }

  /** @param {number} width in pixels */
  #plot(width) {
    const { per_frame: values, verdict } = this.measurement;
    const colour = verdictStyle(verdict).colour;
    /** @type {uPlot.Axis} */
    const axis = { stroke: GREY, grid: { stroke: "#9CA3AF33", width: 1 }, font: "10px sans-serif" };
    /** @type {uPlot.Options} */
    const options = {
      width,
      height: this.height,
      padding: [4, 6, 0, 0],
      cursor: { show: false }, // uPlot's cursor ignores the canvas's scale
      legend: { show: false },
      scales: {
        x: { time: false, range: [-0.5, this.#last + 0.5] },
        y: { range: (_, low, high) => this.#range(low, high) },
      },
      axes: [
        { ...axis, size: 24, gap: 3, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000] },
        { ...axis, size: 38, gap: 2, values: (_, ticks) => ticks.map((tick) => number(tick)) },
      ],
      series: [
        {},
        {
          stroke: colour,
          width: 1.5,
          points: { show: values.length <= POINTS_UP_TO, size: 4, fill: colour },
        },
      ],
      hooks: { drawAxes: [(plot) => this.#shade(plot)], draw: [(plot) => this.#mark(plot)] },
    };
    return new uPlot(options, [this.frames, values], this.element);
  }

  /**
   * Return a range that contains the values and the threshold, with a margin of a tenth.
   *
   * @param {number} low
   * @param {number} high
   * @returns {[number, number]}
   */
  #range(low, high) {
    const values = [low, high, ...limits(this.measurement)].filter((each) => Number.isFinite(each));
    const [bottom, top] = [Math.min(...values), Math.max(...values)];
    const margin = (top - bottom || Math.abs(top) || 1) * 0.1;
    return [bottom - margin, top + margin];
  }

  /** @param {uPlot} plot */
  #shade(plot) {
    const { ctx, bbox } = plot;
    ctx.save();
    ctx.fillStyle = `${GREY}59`;
    this.measurement.per_frame.forEach((value, place) => {
      if (value !== null) return;
      const frame = this.frames[place];
      const next = this.frames[place + 1] ?? frame + 1;
      const left = plot.valToPos(frame - 0.5, "x", true);
      const right = plot.valToPos(next - 0.5, "x", true);
      ctx.fillRect(left, bbox.top, right - left, bbox.height);
    });
    ctx.restore();
  }

  /** @param {uPlot} plot */
  #mark(plot) {
    const { left, top, width, height } = plot.bbox;
    const dot = devicePixelRatio;
    for (const limit of limits(this.measurement)) {
      const y = plot.valToPos(limit, "y", true);
      line(plot.ctx, [left, y], [left + width, y], GREY, [4 * dot, 3 * dot]);
    }
    if (this.worst !== null && this.worst <= this.#last) {
      const x = plot.valToPos(this.worst, "x", true);
      line(plot.ctx, [x, top], [x, top + height], verdictStyle("FAIL").colour, [dot, 2 * dot]);
    }
    if (this.chosen !== null) {
      const x = plot.valToPos(this.chosen, "x", true);
      line(plot.ctx, [x, top], [x, top + height], verdictStyle("INFO").colour, []);
    }
  }

  #fit() {
    if (this.element.clientWidth === 0) return; // it isn't displayed
    const width = Math.max(this.element.clientWidth, NARROWEST);
    if (!this.plot) this.plot = this.#plot(width);
    else if (width !== this.plot.width) this.plot.setSize({ width, height: this.height });
  }
}

/**
 * Return the frame of each value of a curve. In a long report on a node some frames are left out.
 *
 * @param {Measurement} measurement
 * @returns {number[]}
 */
export function framesOf({ per_frame: values, frames_shown: frames }) {
  return frames ?? values.map((_, frame) => frame);
}

/**
 * Return the value of one frame as text.
 *
 * @param {Measurement} measurement
 * @param {number} frame
 */
export function valueAt(measurement, frame) {
  const value = measurement.per_frame[framesOf(measurement).indexOf(frame)];
  if (value === null || value === undefined) return words("curve.unmeasured", { frame });
  return words("curve.frame", { frame, value: valueOf(measurement, value) });
}

/** @param {Measurement} measurement */
function limits({ threshold }) {
  return threshold === null ? [] : [threshold].flat();
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {[number, number]} from
 * @param {[number, number]} to
 * @param {string} colour
 * @param {number[]} dashes
 */
function line(context, from, to, colour, dashes) {
  context.save();
  context.strokeStyle = colour;
  context.lineWidth = devicePixelRatio;
  context.setLineDash(dashes);
  context.beginPath();
  context.moveTo(...from);
  context.lineTo(...to);
  context.stroke();
  context.restore();
}
