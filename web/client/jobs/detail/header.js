import { api } from "../../../../scripts/api.js";
import { element } from "../../element.js";
import { bar, pill } from "../../parts/pill.js";
import { duration, moment, seconds } from "../../parts/times.js";
import { words } from "../../words.js";
import { age } from "../age.js";
import { named, STATE_SYMBOLS, stateText, verdictOf } from "../job.js";

/** @import { Job } from "./job_answer.js" */

/** What a job is called, how it stands, and when and where it ran. */
export class Header {
  /** @param {{openJob(id: string): void, openProduction(id: string): void}} go */
  constructor(go) {
    this.go = go;
    this.name = element("h2", "anime-title");
    this.name.tabIndex = -1; // it takes the focus, so that the view is read from its beginning
    this.within = element("div", "anime-quiet");
    this.state = element("div", "anime-standing");
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
   * @param {Job} job
   * @param {boolean} drawn whether it wrote files, of which there is a small picture
   * @param {string | null} production
   */
  fill(job, drawn, production) {
    const { name, within } = named(/** @type {any} */ (job));
    this.name.textContent = name;
    this.within.textContent = within;
    const state = `${STATE_SYMBOLS[job.state] ?? ""} ${stateText(/** @type {any} */ (job))}`;
    this.state.replaceChildren(element("span", "anime-state", state));
    const verdict = verdictOf(job);
    if (verdict) this.state.append(pill(verdict, job.score));
    if (job.review) {
      this.state.append(element("span", "anime-quiet", words(`review.${job.review}`)));
    }
    const runs = job.state === "in_progress";
    this.progress.hidden = !runs;
    this.progress.replaceChildren(bar(job.progress ?? 0, state));
    this.tags.replaceChildren(...job.tags.map((tag) => element("span", "anime-tag", tag)));
    this.#show(drawn ? api.apiURL(`/anime/jobs/${job.id}/thumbnail`) : "");
    this.#fillFacts(this.#facts(job, production));
  }

  /**
   * Replace the facts where they differ: a link that is replaced while it is pressed gives no click.
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
  #show(address) {
    if (address === this.address) return;
    this.address = address;
    this.picture.hidden = true;
    if (!address) return;
    const shown = element("img");
    shown.alt = words("detail.picture");
    shown.addEventListener("load", () => (this.picture.hidden = false));
    shown.src = address;
    this.picture.replaceChildren(shown);
  }

  /**
   * @param {Job} job
   * @param {string | null} production
   */
  #facts(job, production) {
    const took = seconds(job.started_at, job.finished_at);
    /** @type {[string, string | HTMLElement | null][]} */
    const facts = [
      [words("detail.created"), `${moment(job.created_at)} (${age(job.created_at)})`],
      [words("detail.took"), took === null ? null : duration(took)],
      [words("detail.source"), words(`source.${job.source}`)],
      [words("detail.machine"), job.machine],
      [words("detail.reproduced_from"), this.#link(job.reproduced_from, this.go.openJob)],
      [words("detail.production"), this.#link(production, this.go.openProduction)],
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
    const made = element("button", "anime-link", id.slice(0, 8));
    made.type = "button";
    made.addEventListener("click", () => open(id));
    return made;
  }
}
