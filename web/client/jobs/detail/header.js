/** Header of a job's detail. */

import { api } from "../../../../scripts/api.js";
import { element } from "../../element.js";
import { progressBar, verdictPill } from "../../parts/pill.js";
import { duration, moment, seconds } from "../../parts/times.js";
import { words } from "../../words.js";
import { age } from "../age.js";
import { jobName, lossReason, STATE_SYMBOLS, stateText, takeText, verdictOf } from "../job.js";

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
    this.loss = element("p", "anime-loss");
    this.progress = element("div");
    this.picture = element("div", "anime-header-picture");
    this.tags = element("div", "anime-tags");
    this.facts = element("dl", "anime-facts");
    const text = element("div", "anime-header-text", this.name, this.within, this.state);
    const top = element("div", "anime-header-top", this.picture, text);
    const parts = [top, this.loss, this.progress, this.tags, this.facts];
    this.root = element("header", "anime-header", ...parts);
    this.address = "";
    this.factsText = "";
    /** @type {{job: Job, production: string | null} | null} */
    this.shown = null;
  }

  focus() {
    this.name.focus({ preventScroll: true });
  }

  clear() {
    this.shown = null;
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
    this.loss.hidden = job.state !== "lost";
    this.loss.textContent = this.loss.hidden ? "" : lossReason(job);
    this.shown = { job, production };
    this.tick();
  }

  /** Update the age and, of a job that runs, the time that it has run. */
  tick() {
    if (this.shown) this.#fillFacts(this.#facts(this.shown.job, this.shown.production));
  }

  /**
   * Display the facts. If only texts differ, the elements stay: a link that is replaced while it is
   * pressed isn't clicked, and one that has the focus would lose it.
   *
   * @param {HTMLElement[]} facts
   */
  #fillFacts(facts) {
    const text = facts.map((fact) => fact.textContent).join("\n");
    if (text === this.factsText) return;
    this.factsText = text;
    const current = [...this.facts.children];
    const differing = facts.flatMap((fact, index) =>
      fact.textContent === current[index]?.textContent ? [] : [{ fact, old: current[index] }],
    );
    if (
      current.length === facts.length &&
      differing.every(({ fact, old }) => !fact.childElementCount && !old.childElementCount)
    ) {
      for (const { fact, old } of differing) old.textContent = fact.textContent;
    } else this.facts.replaceChildren(...facts);
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
    const elapsed = runSeconds(job);
    const runTimeLabel = words(job.state === "lost" ? "detail.took_least" : "detail.took");
    /** @type {[string, string | HTMLElement | null][]} */
    const facts = [
      [words("detail.created"), `${moment(job.created_at)} (${age(job.created_at)})`],
      [runTimeLabel, elapsed === null ? null : duration(elapsed)],
      [words("detail.take"), takeText(job)],
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

/**
 * Return how long a job has run, in seconds; null if it is not known. A lost job ran at least until
 * its ComfyUI gave its last sign of life, which may be before the job began.
 *
 * @param {Job} job
 */
export function runSeconds(job) {
  if (job.state !== "lost") return seconds(job.started_at, job.finished_at);
  const { started_at: start, last_heard_at: heard } = job;
  return start && heard && Date.parse(heard) > Date.parse(start) ? seconds(start, heard) : null;
}
