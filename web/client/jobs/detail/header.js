/** Header of a job's detail. */

import { api } from "../../../../scripts/api.js";
import { element } from "../../element.js";
import { progressBar, verdictPill } from "../../parts/pill.js";
import { duration, moment, seconds } from "../../parts/times.js";
import { words } from "../../words.js";
import { age } from "../age.js";
import { jobName, STATE_SYMBOLS, stateText, verdictOf } from "../job.js";

/** @import { Job } from "./job_answer.js" */

/** Header of the detail: the job's names, state, picture, tags, times and origin. */
export class Header {
  /** @param {{openJob(id: string): void, openProduction(id: string): void}} navigation */
  constructor(navigation) {
    this.navigation = navigation;
    this.name = element("h2", "anime-title");
    this.name.tabIndex = -1; // it takes the focus, so that screen readers begin at the top
    this.within = element("div", "anime-quiet");
    this.state = element("div", "anime-status");
    this.progress = element("div");
    this.picture = element("div", "anime-header-picture");
    this.tags = element("div", "anime-tags");
    this.facts = element("dl", "anime-facts");
    const text = element("div", "anime-header-text", this.name, this.within, this.state);
    const top = element("div", "anime-header-top", this.picture, text);
    this.root = element("header", "anime-header", top, this.progress, this.tags, this.facts);
    this.address = "";
    this.factsText = "";
  }

  focus() {
    this.name.focus({ preventScroll: true });
  }

  clear() {
    this.address = "";
    this.picture.hidden = true;
    this.picture.replaceChildren();
    this.name.textContent = "";
  }

  /**
   * Display a job.
   *
   * @param {Job} job
   * @param {boolean} hasThumbnail true if the job wrote files, or its reports have pictures
   * @param {string | null} production id of the production that the job belongs to
   */
  fill(job, hasThumbnail, production) {
    const { name, within } = jobName(/** @type {any} */ (job));
    this.name.textContent = name;
    this.within.textContent = within;
    const state = `${STATE_SYMBOLS[job.state] ?? ""} ${stateText(/** @type {any} */ (job))}`;
    this.state.replaceChildren(element("span", "anime-state", state));
    const verdict = verdictOf(job);
    if (verdict) this.state.append(verdictPill(verdict, job.score));
    if (job.review) {
      this.state.append(element("span", "anime-quiet", words(`review.${job.review}`)));
    }
    const isRunning = job.state === "in_progress";
    this.progress.hidden = !isRunning;
    this.progress.replaceChildren(progressBar(job.progress ?? 0, state));
    this.tags.replaceChildren(...job.tags.map((tag) => element("span", "anime-tag", tag)));
    this.#showPicture(hasThumbnail ? api.apiURL(`/anime/jobs/${job.id}/thumbnail`) : "");
    this.#fillFacts(this.#facts(job, production));
  }

  /**
   * Replace the facts, but only if they differ: a link that is replaced while it is pressed isn't
   * clicked.
   *
   * @param {HTMLElement[]} facts
   */
  #fillFacts(facts) {
    const text = facts.map((fact) => fact.textContent).join("\n");
    if (text === this.factsText) return;
    this.factsText = text;
    this.facts.replaceChildren(...facts);
  }

  /** @param {string} address of the picture; "" for none */
  #showPicture(address) {
    if (address === this.address) return;
    this.address = address;
    this.picture.hidden = true;
    if (!address) return;
    const image = element("img");
    image.alt = words("detail.picture");
    image.addEventListener("load", () => (this.picture.hidden = false));
    image.src = address;
    this.picture.replaceChildren(image);
  }

  /**
   * @param {Job} job
   * @param {string | null} production
   */
  #facts(job, production) {
    const elapsed = seconds(job.started_at, job.finished_at);
    /** @type {[string, string | HTMLElement | null][]} */
    const facts = [
      [words("detail.created"), `${moment(job.created_at)} (${age(job.created_at)})`],
      [words("detail.took"), elapsed === null ? null : duration(elapsed)],
      [words("detail.source"), words(`source.${job.source}`)],
      [words("detail.machine"), job.machine],
      [words("detail.reproduced_from"), this.#link(job.reproduced_from, this.navigation.openJob)],
      [words("detail.production"), this.#link(production, this.navigation.openProduction)],
      [words("detail.id"), element("code", "", job.id)],
    ];
    return facts.flatMap(([name, value]) =>
      value ? [element("dt", "", name), element("dd", "", value)] : [],
    );
  }

  /**
   * @param {string | null} id
   * @param {(id: string) => void} open
   */
  #link(id, open) {
    if (!id) return null;
    const button = element("button", "anime-link", id.slice(0, 8));
    button.type = "button";
    button.addEventListener("click", () => open(id));
    return button;
  }
}
