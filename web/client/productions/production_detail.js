/** Detail of one production, for the tab Productions of the sidebar. */

import { element } from "../element.js";
import { age } from "../jobs/age.js";
import { ActionButton } from "../parts/action_button.js";
import { Message } from "../parts/message.js";
import { progressBar } from "../parts/pill.js";
import { Section } from "../parts/section.js";
import { duration, moment, percent, seconds } from "../parts/times.js";
import { callRoute } from "../requests.js";
import { labelled, words } from "../words.js";
import { Approval, needsApproval, otherReasons } from "./approval.js";
import { PhaseList } from "./phases.js";
import { reasonsText, stateLabel } from "./production.js";

/** @import { Decision, Production, ProductionEvent } from "./production.js" */

const UNFINISHED = ["queued", "running", "waiting"];
const RESUMABLE = ["failed", "cancelled"];

/** Detail of one production: its state, its phases with their attempts, and its actions. */
export class ProductionDetail {
  /**
   * @param {{openJob(id: string): void}} navigation
   * @param {() => void} back
   */
  constructor(navigation, back) {
    /** @type {Production | null} */
    this.production = null;
    const button = element("button", "anime-back", `← ${words("productions.back")}`);
    button.type = "button";
    button.addEventListener("click", back);
    this.name = element("h2", "anime-title");
    this.name.tabIndex = -1; // it takes the focus, so that screen readers begin at the top
    this.status = element("div", "anime-status");
    this.progress = element("div");
    this.reason = element("p", "anime-lines");
    this.request = element("dl", "anime-facts");
    this.approval = new Approval((approved, reason) =>
      this.#act(approved ? "approve" : "reject", reason),
    );
    this.cancel = new ActionButton(words("productions.cancel"), () => this.#act("cancel"));
    this.resume = new ActionButton(words("productions.resume"), () => this.#act("resume"));
    this.message = new Message();
    const actions = element("div", "anime-actions", this.cancel.root, this.resume.root);
    this.phases = new PhaseList(navigation);
    this.decisions = new Section(words("productions.decisions"), decisions, { folded: true });
    this.body = element(
      "div",
      "anime-detail-body",
      element("header", "anime-header", this.name, this.status, this.progress, this.reason),
      this.approval.root,
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
    this.production = null;
    this.body.hidden = true;
    this.name.textContent = "";
    this.approval.clear();
    this.message.clear();
    this.phases.empty();
    this.decisions.empty();
  }

  focus() {
    this.name.focus({ preventScroll: true });
  }

  /**
   * Apply an event of the production.
   *
   * @param {ProductionEvent} event
   */
  handleEvent(event) {
    if (!this.production) return;
    const { state, phase, attempt, progress } = event;
    this.#fillHead({ ...this.production, state, phase, attempt, progress });
  }

  /**
   * Display a production.
   *
   * @param {Production} production
   */
  fill(production) {
    const first = this.production === null;
    this.production = production;
    this.body.hidden = false;
    this.#fillHead(production);
    this.phases.fill(production.phases);
    this.decisions.fill(production.decisions);
    if (first) this.focus();
  }

  /** @param {Production} production */
  #fillHead(production) {
    const { state, request, progress, project } = production;
    const names = [project, request.character].filter(Boolean).join(" · ");
    this.name.textContent = names || request.prompt || "";
    const elapsed = seconds(production.created_at, production.finished_at) ?? 0;
    const times = `${age(production.created_at)} · ${duration(elapsed)}`;
    this.status.replaceChildren(stateLabel(state), element("span", "anime-quiet", times));
    const label = words("productions.progress");
    const progressText = element("span", "anime-quiet", percent(progress));
    this.progress.className = "anime-progress-line";
    this.progress.replaceChildren(progressBar(progress, label), progressText);
    const because = otherReasons(production);
    const reasons = reasonsText({ ...production, because });
    this.reason.textContent = needsApproval(production) && !because.length ? "" : reasons;
    this.reason.hidden = !this.reason.textContent;
    this.approval.fill(production);
    const [isUnfinished, isResumable] = [UNFINISHED, RESUMABLE].map((each) => each.includes(state));
    this.cancel.setDisabledReason(isUnfinished ? "" : words("productions.cancel_ended"));
    this.resume.setDisabledReason(isResumable ? "" : words("productions.resume_not"));
    this.request.replaceChildren(...facts(production));
  }

  /**
   * @param {"approve" | "reject" | "cancel" | "resume"} action
   * @param {string} [reason]
   */
  async #act(action, reason = "") {
    if (!this.production) return false;
    try {
      const route = `/anime/productions/${this.production.id}/${action}`;
      this.fill(await callRoute(route, { method: "POST", body: { reason } }));
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
  const rows = [
    [words("productions.prompt"), request.prompt],
    [words("param.negative"), request.negative_prompt],
    [words("param.seed"), request.seed],
    [words("productions.profile"), request.profile],
    [words("detail.created"), moment(created_at)],
    [words("detail.id"), id],
  ];
  return rows.flatMap(([name, value]) =>
    value === null || value === undefined || value === ""
      ? []
      : [element("dt", "", name), element("dd", "anime-lines", String(value))],
  );
}

/** @param {Decision[]} recorded */
function decisions(recorded) {
  if (recorded.length === 0) return null;
  const rows = recorded.map(({ kind, to_state, reason, because, decided_by, decided_at }) => {
    const time = element("time", "anime-quiet", moment(decided_at));
    time.dateTime = decided_at;
    const row = element("li", "", time);
    const text = element("div", "", words(/** @type {any} */ (`productions.of_${kind}`)), " ");
    if (to_state) text.append(stateLabel(to_state));
    row.append(text);
    const reasons = reasonsText({ because, reason });
    const note = decided_by && reasons ? labelled(decided_by, reasons) : decided_by || reasons;
    if (note) row.append(element("div", "anime-lines anime-quiet", note));
    return row;
  });
  return { parts: [element("ol", "anime-timeline", ...rows)] };
}
