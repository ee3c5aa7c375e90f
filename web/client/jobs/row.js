/** Row of the list of jobs. */

import { api } from "../../../scripts/api.js";
import { element } from "../element.js";
import { verdictStyle, wholeScore } from "../report/verdicts.js";
import { number, words } from "../words.js";
import { age } from "./age.js";
import { jobName, jobReason, STATE_SYMBOLS, stateText, takeText, verdictOf } from "./job.js";
import { isShot } from "./shot_groups.js";

/** @import { ListedJob } from "./job.js" */
/** @import { ListItem, Shot } from "./shot_groups.js" */

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
    /** @type {ListItem | null} */
    this.item = null;
    /** @type {ListedJob | null} the item, if it is a job */
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
    const chevron = element("i", "pi pi-chevron-right anime-chevron");
    chevron.setAttribute("aria-hidden", "true");
    this.check = element("span", "anime-check"); // shows what `aria-selected` says
    this.name = element("span", "anime-job-name");
    this.age = element("span", "anime-job-age");
    this.within = element("span", "anime-job-within");
    this.facts = element("span", "anime-job-facts");
    this.state = element("span", "anime-job-state");
    this.review = element("span", "anime-job-review");
    this.verdict = element("span", "anime-pill");
    this.bar = element("span", "anime-progress");
    this.root = element(
      "div",
      "anime-row",
      element("span", "anime-thumbnail-frame", placeholder, this.picture, chevron, this.check),
      element("span", "anime-job-top", this.name, this.age),
      this.within,
      this.facts,
      element("span", "anime-job-bottom", this.state, this.review, this.verdict),
      this.bar,
    );
    this.root.id = id;
  }

  /**
   * Display a job or a shot.
   *
   * @param {ListItem} item
   * @param {number} index of the item in the list
   * @param {boolean} isGrouped true if the list has shots with their jobs
   */
  fill(item, index, isGrouped) {
    if (this.item !== item) this.#forgetPicture();
    this.item = item;
    this.index = index;
    const { root } = this;
    root.setAttribute("role", isGrouped ? "treeitem" : "option");
    root.classList.toggle("anime-shot-row", isShot(item));
    root.classList.toggle("anime-row-of-shot", isGrouped && !isShot(item));
    if (isGrouped) root.setAttribute("aria-level", isShot(item) ? "1" : "2");
    else root.removeAttribute("aria-level");
    if (!isShot(item)) root.removeAttribute("aria-expanded");
    if (isShot(item)) this.#fillShot(item);
    else this.#fillJob(item);
    this.tick();
  }

  /** @param {Shot} shot */
  #fillShot(shot) {
    this.job = null;
    const name = shotName(shot);
    const within = [shot.project, shot.episode, shot.scene].filter((each) => each && each !== name);
    const { jobs, passed, approved } = shot;
    const counts = [
      words("shots.jobs", { count: number(jobs, "", 7) }),
      words("shots.passed", { count: number(passed, "", 7) }),
      approved ? words("shots.approved", { count: number(approved, "", 7) }) : "",
    ];
    const facts = counts.filter(Boolean).join(" · ");
    const verdict = pillText(shot.verdict, shot.score);
    const best = verdict ? words("shots.best", { verdict }) : "";
    setText(this.name, name);
    setText(this.within, within.join(" · "));
    setText(this.facts, facts);
    for (const part of [this.state, this.review]) setText(part, "");
    setText(this.verdict, best);
    this.verdict.dataset.verdict = shot.verdict ?? "";
    this.bar.style.transform = "scaleX(0)";
    this.root.title = "";
    const label = [name, within.join(" · "), facts, best, age(shot.newest, "long")];
    this.root.setAttribute("aria-label", label.filter(Boolean).join(", "));
  }

  /** @param {ListedJob} job */
  #fillJob(job) {
    this.job = job;
    const { name, within } = jobName(job);
    const state = stateText(job);
    const verdict = verdictText(job);
    setText(this.name, name);
    const tags = job.tags.map((tag) => `#${tag}`).join(" ");
    const facts = [takeText(job), tags].filter(Boolean).join(" · ");
    setText(this.within, within);
    setText(this.facts, facts);
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
    const label = [name, within, facts, state, verdict, review, longAge, jobReason(job)];
    this.root.setAttribute("aria-label", label.filter(Boolean).join(", "));
  }

  /** Update the displayed age. */
  tick() {
    const { item } = this;
    if (item) setText(this.age, age(isShot(item) ? item.newest : item.created_at));
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
  return pillText(verdictOf(job), job.score);
}

/**
 * Return the name of a shot: its most specific name, or that its jobs have none.
 *
 * @param {Shot} shot
 */
export function shotName({ episode, scene, shot }) {
  return shot || scene || episode || words("shots.none");
}

/**
 * @param {string | null} verdict
 * @param {number | null} score
 */
function pillText(verdict, score) {
  if (!verdict) return "";
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
