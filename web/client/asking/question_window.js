/** Window in which a person picks the pictures that a gate lets through. */

import { element } from "../element.js";
import { nodeAtPath } from "../nodes/find.js";
import { wantsNoMotion } from "../player/motion.js";
import { headline, line, scoreInWords } from "../report/report_parts.js";
import { keep, kept } from "../session.js";
import { namedReason, words } from "../words.js";
import { Choice, clock } from "./choice.js";
import { questionClip } from "./clip.js";
import { pictureItem } from "./picture_item.js";

/** @import { Reason } from "../words.js" */
/** @import { Picture } from "../nodes/preview.js" */

/**
 * Types of an open question of `GET /anime/questions`.
 *
 * @typedef {{frame: number, accepted?: boolean, verdict?: string, score?: number | null,
 *   because?: Reason[], picture: Picture}} AskedFrame
 * @typedef {{id: string, seconds_left: number, prompt_id: string | null, node: string,
 *   level: "frame" | "batch", seconds: number, subject: string, fps: number | null,
 *   verdict: string, score: number | null,
 *   accepted: boolean, because: Reason[], frames: AskedFrame[]}} Question
 */

const REVIEWER = "Anime.Reviewer"; // name under which the browser keeps the name of the person
const PICKED = "Anime.Picked"; // name under which the tab keeps what is picked
const LONGEST_NAME = 200; // characters; the routes refuse a longer name
const SOON = 15; // seconds before the end at which the clock stands out

/** Window with the pictures of a question, above the editor; the editor can be used beside it. */
export class QuestionWindow {
  /**
   * @param {Question} question
   * @param {(picked: number[] | null, reviewer: string) => Promise<string>} send sends the
   *   answer, null for the report's decision; returns why it was refused, or ""
   */
  constructor(question, send) {
    this.question = question;
    this.send = send;
    this.isWhole = question.level === "batch";
    const frames = question.frames.map(({ frame }) => frame);
    // Pictures are picked one by one; of a whole batch, what the score says is the first choice.
    const first = this.isWhole && question.accepted ? frames : [];
    const before = kept(PICKED);
    const picked = before?.question === question.id ? before.picked : first;
    this.choice = new Choice(frames, this.isWhole, picked);
    this.end = performance.now() + question.seconds_left * 1000;
    this.opener = /** @type {HTMLElement | null} */ (document.activeElement);
    this.isSending = false;
    this.clock = element("span", "anime-asking-clock");
    this.fold = button("anime-asking-fold", "▾", () => this.#fold());
    this.items = question.frames.map((each, place) => this.#item(each, place));
    this.grid = element("ol", "anime-asking-grid", ...this.items.map(({ root }) => root));
    this.clip = questionClip(question, this.items.map(({ image }) => image));
    this.message = element("div", "anime-asking-message");
    this.reviewer = element("input", "anime-asking-name");
    this.leave = button("anime-asking-leave", words("asking.leave"), () => this.#answer(null));
    this.confirm = button("anime-asking-confirm", "", () => this.#answer(this.choice.numbers));
    this.body = element("div", "anime-asking-body");
    this.root = element("div", "anime-asking");
    this.#build();
    this.#draw();
    this.#tick();
    this.timer = setInterval(() => this.#tick(), 250);
  }

  /** Display the window, and take the focus unless the person is typing somewhere. */
  open() {
    document.body.append(this.root);
    if (!isTyping()) this.#focus();
    if (!wantsNoMotion()) void this.clip?.play();
  }

  close() {
    clearInterval(this.timer);
    const isFocused = this.root.contains(document.activeElement);
    this.clip?.destroy();
    this.root.remove();
    if (isFocused) this.opener?.focus();
  }

  #build() {
    const { question } = this;
    const name = nodeAtPath(question.node)?.title ?? words("asking.gate");
    const title = words(this.isWhole ? "asking.title_batch" : "asking.title", { name });
    this.clock.setAttribute("role", "timer");
    const heading = element("h2", "", title);
    const head = element("div", "anime-asking-head", heading, this.clock, this.fold);
    const reasons = question.because.map((each) => line(namedReason(each)));
    const summary = element("summary", "", headline(question.verdict, this.#summaryText()));
    const facts = element("details", "anime-asking-facts", summary, ...reasons);
    this.grid.setAttribute("aria-label", words("asking.pictures"));
    this.grid.dataset.count = String(question.frames.length);
    this.message.setAttribute("role", "status");
    this.reviewer.type = "text";
    this.reviewer.maxLength = LONGEST_NAME;
    this.reviewer.placeholder = words("asking.name");
    this.reviewer.setAttribute("aria-label", words("asking.name"));
    this.reviewer.value = localStorage.getItem(REVIEWER) ?? "";
    this.leave.title = this.#defaultText();
    const keysText = this.isWhole ? "asking.keys_batch" : "asking.keys";
    const keys = element("div", "anime-asking-keys", words(keysText));
    const buttons = element("div", "anime-asking-buttons", this.reviewer, this.leave, this.confirm);
    const foot = element("div", "anime-asking-foot", this.message, keys, buttons);
    this.body.append(facts, ...(this.clip ? [this.clip.root] : []), this.grid);
    this.root.append(head, this.body, foot);
    this.root.setAttribute("role", "dialog");
    this.root.setAttribute("aria-label", title);
    this.root.dataset.question = question.id;
    this.root.addEventListener("keydown", (event) => this.#pressed(event));
  }

  /**
   * @param {AskedFrame} frame
   * @param {number} place
   */
  #item(frame, place) {
    const item = pictureItem(frame, this.isWhole ? 0 : place + 1);
    item.pick.addEventListener("click", () => this.#pick(place));
    item.pick.addEventListener("focus", () => {
      this.choice.cursor = place;
      this.#draw();
    });
    item.zoom.addEventListener("click", () => {
      this.choice.cursor = place;
      this.#zoom();
    });
    return item;
  }

  /** Return what the report says of all pictures together. */
  #summaryText() {
    const { frames, score } = this.question;
    if (this.isWhole) return scoreInWords(score);
    const passing = frames.filter(({ verdict }) => verdict === "PASS").length;
    return words("asking.passing", { passing, count: frames.length });
  }

  /** Return what the report decides without an answer. */
  #defaultText() {
    const { frames, accepted } = this.question;
    if (this.isWhole) return words(accepted ? "asking.default_all" : "asking.default_none");
    const numbers = frames.filter((each) => each.accepted).map(({ frame }) => `#${frame}`);
    if (numbers.length === 0) return words("asking.default_none");
    return words("asking.default", { frames: numbers.join(", ") });
  }

  #draw() {
    const { choice } = this;
    this.items.forEach(({ root, pick, frame }, place) => {
      const isPicked = choice.picked.has(frame.frame);
      root.classList.toggle("anime-asking-picked", isPicked);
      root.classList.toggle("anime-asking-current", place === choice.cursor);
      pick.setAttribute("aria-pressed", String(isPicked));
      pick.tabIndex = place === choice.cursor ? 0 : -1;
    });
    const count = choice.picked.size;
    if (this.isWhole) this.confirm.textContent = words(count ? "asking.accept" : "asking.reject");
    else if (count) this.confirm.textContent = words("asking.confirm", { count });
    else this.confirm.textContent = words("asking.reject_all", { count: choice.frames.length });
    this.confirm.classList.toggle("anime-asking-none", count === 0);
  }

  /** @param {number} place */
  #pick(place) {
    this.message.textContent = "";
    this.choice.toggle(place);
    this.#changed();
  }

  #changed() {
    keep(PICKED, { question: this.question.id, picked: this.choice.numbers });
    this.#draw();
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    event.stopPropagation(); // the editor would treat a key as one of its shortcuts
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const { key, target } = event;
    if (target === this.reviewer && key !== "Escape" && key !== "Enter") return;
    const isOwnButton = target === this.leave || target === this.confirm || target === this.fold;
    if (isOwnButton && (key === "Enter" || key === " ")) return; // the button is pressed
    if (key === "Escape" && this.root.classList.contains("anime-asking-zoomed")) {
      event.preventDefault();
      this.#zoom();
      return;
    }
    const outcome = this.choice.press(key, this.#columns());
    if (outcome.kind === "none") return;
    event.preventDefault();
    if (outcome.kind === "answered") void this.#answer(outcome.picked);
    else if (outcome.kind === "left") void this.#answer(null);
    else if (outcome.kind === "zoomed") this.#zoom();
    else {
      this.message.textContent = outcome.kind === "warned" ? words("asking.nothing") : "";
      this.#changed();
      this.#focus();
    }
  }

  /** Return the number of pictures in the first row. */
  #columns() {
    if (this.root.classList.contains("anime-asking-zoomed")) return 1;
    const tops = this.items.map(({ root }) => root.offsetTop);
    const columns = tops.findIndex((top) => top > tops[0]);
    return columns < 0 ? tops.length : columns;
  }

  #focus() {
    this.items[this.choice.cursor]?.pick.focus();
    this.items[this.choice.cursor]?.root.scrollIntoView?.({ block: "nearest" });
  }

  /** Display one picture as large as the window, or all of them again. */
  #zoom() {
    this.root.classList.toggle("anime-asking-zoomed");
    this.#draw();
    this.#focus();
  }

  /** Leave only the head of the window, so that the workflow can be seen, or show all again. */
  #fold() {
    const isFolded = this.root.classList.toggle("anime-asking-folded");
    this.fold.textContent = isFolded ? "▴" : "▾";
    this.#nameFold(isFolded);
    if (!isFolded) this.#focus();
  }

  /** @param {boolean} isFolded */
  #nameFold(isFolded) {
    const text = words(isFolded ? "asking.unfold" : "asking.fold");
    this.fold.title = text;
    this.fold.setAttribute("aria-label", text);
    this.fold.setAttribute("aria-expanded", String(!isFolded));
  }

  #tick() {
    const left = (this.end - performance.now()) / 1000;
    const text = words("asking.left", { time: clock(left) });
    if (this.clock.textContent !== text) this.clock.textContent = text;
    this.clock.classList.toggle("anime-asking-soon", left <= SOON);
    if (!this.fold.title) this.#nameFold(false);
  }

  /** @param {number[] | null} picked */
  async #answer(picked) {
    if (this.isSending) return;
    this.isSending = true;
    this.root.setAttribute("aria-busy", "true");
    const reviewer = this.reviewer.value.trim();
    if (picked) localStorage.setItem(REVIEWER, reviewer);
    const refusal = await this.send(picked, reviewer);
    this.isSending = false;
    this.root.removeAttribute("aria-busy");
    this.message.textContent = refusal;
  }
}

/** Return true if the focus is in a field of text. */
function isTyping() {
  const focused = /** @type {HTMLElement | null} */ (document.activeElement);
  if (!focused) return false;
  return focused.isContentEditable || ["INPUT", "TEXTAREA"].includes(focused.tagName);
}

/**
 * @param {string} className
 * @param {string} text
 * @param {() => void} act
 */
function button(className, text, act) {
  const created = element("button", className, text);
  created.type = "button";
  created.addEventListener("click", act);
  return created;
}
