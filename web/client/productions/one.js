import { element } from "../element.js";
import { age } from "../jobs/age.js";
import { Action } from "../parts/action.js";
import { Judge } from "../parts/judge.js";
import { Message } from "../parts/message.js";
import { bar } from "../parts/pill.js";
import { Section } from "../parts/section.js";
import { duration, moment, percent, seconds } from "../parts/times.js";
import { ask } from "../requests.js";
import { labelled, words } from "../words.js";
import { phaseList } from "./phases.js";
import { standing, whyText } from "./production.js";

/** @import { Decision, Production, ProductionEvent } from "./production.js" */

const UNFINISHED = ["queued", "running", "waiting"];
const RESUMABLE = ["failed", "cancelled"];
const APPROVAL = "production_approval"; // the code of what a person is asked

/** One production: how it stands, its phases with their attempts, and what can be done. */
export class OneProduction {
  /**
   * @param {{openJob(id: string): void}} go
   * @param {() => void} back
   */
  constructor(go, back) {
    /** @type {Production | null} */
    this.known = null;
    const button = element("button", "anime-back", `← ${words("productions.back")}`);
    button.type = "button";
    button.addEventListener("click", back);
    this.name = element("h2", "anime-title");
    this.name.tabIndex = -1; // it takes the focus, so that the view is read from its beginning
    this.standing = element("div", "anime-standing");
    this.progress = element("div");
    this.reason = element("p", "anime-lines");
    this.request = element("dl", "anime-facts");
    this.judge = new Judge((approved, reason) =>
      this.#act(approved ? "approve" : "reject", reason),
    );
    const heading = element("h3", "anime-heading", words("productions.approval"));
    this.approval = element("section", "anime-section anime-asked", heading, this.judge.root);
    this.approval.setAttribute("aria-label", words("productions.approval"));
    this.cancel = new Action(words("productions.cancel"), () => this.#act("cancel"));
    this.resume = new Action(words("productions.resume"), () => this.#act("resume"));
    this.message = new Message();
    const actions = element("div", "anime-actions", this.cancel.root, this.resume.root);
    this.phases = new Section(words("productions.phases"), (phases) => ({
      parts: phaseList(phases, go),
    }));
    this.decisions = new Section(words("productions.decisions"), decisions, { folded: true });
    this.body = element(
      "div",
      "anime-detail-body",
      element("header", "anime-header", this.name, this.standing, this.progress, this.reason),
      this.approval,
      actions,
      this.message.root,
      this.phases.root,
      this.request,
      this.decisions.root,
    );
    this.root = element("div", "anime-detail", button, this.body);
    this.clear();
  }

  clear() {
    this.known = null;
    this.body.hidden = true;
    this.name.textContent = "";
    this.judge.reason.value = "";
    this.message.clear();
    this.phases.empty();
    this.decisions.empty();
  }

  focus() {
    this.name.focus({ preventScroll: true });
  }

  /** @param {ProductionEvent} event */
  told(event) {
    if (!this.known) return;
    const { state, phase, attempt, progress } = event;
    this.#fillHead({ ...this.known, state, phase, attempt, progress });
  }

  /** @param {Production} production */
  fill(production) {
    const first = this.known === null;
    this.known = production;
    this.body.hidden = false;
    this.#fillHead(production);
    this.phases.fill(production.phases);
    this.decisions.fill(production.decisions);
    if (first) this.focus();
  }

  /** @param {Production} production */
  #fillHead(production) {
    const { state, request, progress, project } = production;
    this.name.textContent = [project, request.character].filter(Boolean).join(" · ");
    const took = seconds(production.created_at, production.finished_at) ?? 0;
    const when = `${age(production.created_at)} · ${duration(took)}`;
    this.standing.replaceChildren(standing(state), element("span", "anime-quiet", when));
    const label = words("productions.progress");
    const shown = element("span", "anime-quiet", percent(progress));
    this.progress.className = "anime-progress-line";
    this.progress.replaceChildren(bar(progress, label), shown);
    const asked = state === "waiting" && production.reason_code === APPROVAL;
    const because = production.because.filter((each) => each.reason_code !== APPROVAL);
    this.reason.textContent = asked && !because.length ? "" : whyText({ ...production, because });
    this.reason.hidden = !this.reason.textContent;
    this.approval.hidden = !asked;
    this.cancel.allow(UNFINISHED.includes(state) ? "" : words("productions.cancel_ended"));
    this.resume.allow(RESUMABLE.includes(state) ? "" : words("productions.resume_not"));
    this.request.replaceChildren(...facts(production));
  }

  /**
   * @param {"approve" | "reject" | "cancel" | "resume"} action
   * @param {string} [reason]
   */
  async #act(action, reason = "") {
    if (!this.known) return false;
    try {
      const route = `/anime/productions/${this.known.id}/${action}`;
      this.fill(await ask(route, { method: "POST", body: { reason } }));
      this.message.say(words(`productions.did_${action}`));
      return true;
    } catch (error) {
      this.message.fail(error);
      return false;
    }
  }
}

/** @param {Production} production */
function facts({ request, created_at, id }) {
  /** @type {[string, unknown][]} */
  const known = [
    [words("productions.prompt"), request.prompt],
    [words("param.negative"), request.negative_prompt],
    [words("param.seed"), request.seed],
    [words("productions.profile"), request.profile],
    [words("detail.created"), moment(created_at)],
    [words("detail.id"), id],
  ];
  return known.flatMap(([name, value]) =>
    value === null || value === undefined || value === ""
      ? []
      : [element("dt", "", name), element("dd", "anime-lines", String(value))],
  );
}

/** @param {Decision[]} made */
function decisions(made) {
  if (made.length === 0) return null;
  const rows = made.map(({ kind, to_state, reason, because, decided_by, decided_at }) => {
    const time = element("time", "anime-quiet", moment(decided_at));
    time.dateTime = decided_at;
    const row = element("li", "", time);
    const said = element("div", "", words(/** @type {any} */ (`productions.of_${kind}`)), " ");
    if (to_state) said.append(standing(to_state));
    row.append(said);
    const told = whyText({ because, reason });
    const why = decided_by && told ? labelled(decided_by, told) : decided_by || told;
    if (why) row.append(element("div", "anime-lines anime-quiet", why));
    return row;
  });
  return { parts: [element("ol", "anime-timeline", ...rows)] };
}
