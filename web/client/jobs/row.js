/** Row of the list of jobs. */

import { api } from "../../../scripts/api.js";
import { element } from "../element.js";
import { verdictStyle, wholeScore } from "../report/verdicts.js";
import { number, words } from "../words.js";
import { age } from "./age.js";
import { jobName, jobReason, STATE_SYMBOLS, stateText, verdictOf } from "./job.js";

/** @import { ListedJob } from "./job.js" */

/** Row of the list; scrolling fills it with one job after another. */
export class Row {
  #pictureFailed = false;

  /**
   * @param {string} id of the row's element
   * @param {(row: Row, failed: boolean) => void} onPictureSettled called when the row's picture has
   *   been loaded, could not be loaded or is no longer needed
   */
  constructor(id, onPictureSettled) {
    this.onPictureSettled = onPictureSettled;
    this.index = -1;
    /** @type {ListedJob | null} */
    this.job = null;
    this.picture = element("img", "anime-thumbnail");
    this.picture.alt = "";
    this.picture.decoding = "async";
    this.picture.hidden = true;
    for (const event of ["load", "error"]) {
      this.picture.addEventListener(event, () => {
        this.picture.hidden = event === "error";
        this.#pictureFailed = event === "error";
        onPictureSettled(this, this.#pictureFailed);
      });
    }
    const placeholder = element("i", "pi pi-image");
    placeholder.setAttribute("aria-hidden", "true");
    this.name = element("span", "anime-job-name");
    this.age = element("span", "anime-job-age");
    this.within = element("span", "anime-job-within");
    this.state = element("span", "anime-job-state");
    this.review = element("span", "anime-job-review");
    this.verdict = element("span", "anime-pill");
    this.bar = element("span", "anime-progress");
    this.root = element(
      "div",
      "anime-row",
      element("span", "anime-thumbnail-frame", placeholder, this.picture),
      element("span", "anime-job-top", this.name, this.age),
      this.within,
      element("span", "anime-job-bottom", this.state, this.review, this.verdict),
      this.bar,
    );
    this.root.id = id;
    this.root.setAttribute("role", "option");
  }

  /**
   * Display a job.
   *
   * @param {ListedJob} job
   * @param {number} index of the job in the list
   */
  fill(job, index) {
    if (this.job !== job) this.#forgetPicture();
    this.job = job;
    this.index = index;
    const { name, within } = jobName(job);
    const state = stateText(job);
    const verdict = verdictText(job);
    setText(this.name, name);
    setText(this.within, within);
    setText(this.state, `${STATE_SYMBOLS[job.state] ?? ""} ${state}`);
    this.state.dataset.state = job.state;
    const review = job.review ? words(`review.${job.review}`) : "";
    setText(this.review, review);
    setText(this.verdict, verdict);
    this.verdict.dataset.verdict = verdictOf(job) ?? "";
    const running = job.state === "in_progress";
    this.bar.style.transform = `scaleX(${running ? (job.progress ?? 0) : 0})`;
    this.root.title = jobReason(job);
    const longAge = age(job.created_at, "long");
    const label = [name, within, state, verdict, review, longAge, jobReason(job)];
    this.root.setAttribute("aria-label", label.filter(Boolean).join(", "));
    this.tick();
  }

  /** Update the displayed age. */
  tick() {
    if (this.job) setText(this.age, age(this.job.created_at));
  }

  /** Let the next `showPicture` try again a picture that could not be loaded. */
  retryPicture() {
    if (this.#pictureFailed) this.picture.removeAttribute("src");
    this.#pictureFailed = false;
  }

  /**
   * Load the picture. It is called only after scrolling has stopped: pictures of rows that scroll
   * by need no request.
   *
   * @returns {boolean} true if the picture is being loaded now
   */
  showPicture() {
    const address = this.job?.thumbnail;
    if (!address) return false;
    const url = api.apiURL(address);
    if (this.picture.getAttribute("src") === url) return false;
    this.picture.src = url;
    return true;
  }

  #forgetPicture() {
    if (!this.picture.hasAttribute("src")) return;
    this.picture.hidden = true;
    this.picture.removeAttribute("src");
    this.onPictureSettled(this, false);
  }
}

/**
 * Return a job's verdict as text, with symbol and score; "" without a verdict.
 *
 * @param {ListedJob} job
 */
export function verdictText(job) {
  const verdict = verdictOf(job);
  if (!verdict) return "";
  const { score } = job;
  const { symbol, word } = verdictStyle(verdict);
  return `${symbol} ${word}${score === null ? "" : ` ${number(wholeScore(score))}`}`;
}

/**
 * Set an element's text if it differs.
 *
 * @param {HTMLElement} target
 * @param {string} text
 */
function setText(target, text) {
  if (target.textContent !== text) target.textContent = text;
}
