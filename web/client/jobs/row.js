import { api } from "../../../scripts/api.js";
import { element } from "../element.js";
import { look } from "../report/verdicts.js";
import { number, words } from "../words.js";
import { age } from "./age.js";
import { named, STATE_SYMBOLS, stateText, verdictOf, why } from "./job.js";

/** @import { ListedJob } from "./job.js" */

/** One line of the list; it is filled again and again, with one job after another. */
export class Row {
  /**
   * @param {string} id of its element
   * @param {(row: Row) => void} settled its picture is there, is missing or is no longer needed
   */
  constructor(id, settled) {
    this.settled = settled;
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
        settled(this);
      });
    }
    const none = element("i", "pi pi-image");
    none.setAttribute("aria-hidden", "true");
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
      element("span", "anime-thumbnail-frame", none, this.picture),
      element("span", "anime-job-top", this.name, this.age),
      this.within,
      element("span", "anime-job-bottom", this.state, this.review, this.verdict),
      this.bar,
    );
    this.root.id = id;
    this.root.setAttribute("role", "option");
  }

  /**
   * @param {ListedJob} job
   * @param {number} index
   */
  fill(job, index) {
    if (this.job !== job) this.#forgetPicture();
    this.job = job;
    this.index = index;
    const { name, within } = named(job);
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
    this.root.title = why(job);
    const said = [name, within, state, verdict, review, age(job.created_at, "long"), why(job)];
    this.root.setAttribute("aria-label", said.filter(Boolean).join(", "));
    this.tick();
  }

  /** Time goes by. */
  tick() {
    if (this.job) setText(this.age, age(this.job.created_at));
  }

  /**
   * Only once the list stands still: nobody sees the others.
   *
   * @returns {boolean} whether a picture is on its way now
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
    this.settled(this);
  }
}

/** @param {ListedJob} job */
export function verdictText(job) {
  const verdict = verdictOf(job);
  if (!verdict) return "";
  const { score } = job;
  const { symbol, word } = look(verdict);
  return `${symbol} ${word}${score === null ? "" : ` ${number(Math.round(score))}`}`;
}

/**
 * @param {HTMLElement} place
 * @param {string} text
 */
function setText(place, text) {
  if (place.textContent !== text) place.textContent = text;
}
