/** Phases of a production with their attempts, for the production's detail. */

import { element } from "../element.js";
import { fileList } from "../parts/files.js";
import { progressBar, verdictPill } from "../parts/pill.js";
import { duration, seconds } from "../parts/times.js";
import { phaseName, words } from "../words.js";
import { reasonsText, stateLabel } from "./production.js";

/** @import { Attempt, Phase } from "./production.js" */

/**
 * Return the phases of a production as a list, each with its attempts and the files it wrote.
 *
 * @param {Phase[]} phases
 * @param {{openJob(id: string): void}} navigation
 */
export function phaseList(phases, navigation) {
  return [element("ol", "anime-phases", ...phases.map((phase) => card(phase, navigation)))];
}

/**
 * @param {Phase} phase
 * @param {{openJob(id: string): void}} navigation
 */
function card(phase, navigation) {
  const { name, state, attempts, attempt_limit: limit, reason, files } = phase;
  const title = element("h4", "anime-card-heading", phaseName(phase.phase, name));
  const head = element("div", "anime-phase-head", title);
  head.append(stateLabel(state));
  const count = new Set(attempts.map((each) => each.number)).size;
  const phaseCard = element("li", "anime-card", head);
  if (count) {
    const text = words("productions.attempts", { number: count, limit });
    phaseCard.append(element("div", "anime-quiet", text));
  }
  const last = attempts.at(-1)?.reason;
  if (reason && reason !== last && !["failed", "waiting"].includes(state)) {
    phaseCard.append(element("p", "anime-lines", reasonsText(phase)));
  }
  const rows = attempts.map((each) => row(each, navigation));
  if (rows.length) phaseCard.append(element("ul", "anime-attempt-list", ...rows));
  if (files.length) {
    phaseCard.append(element("div", "anime-label", words("productions.gives")), fileList(files));
  }
  return phaseCard;
}

/**
 * @param {Attempt} attempt
 * @param {{openJob(id: string): void}} navigation
 */
function row(attempt, navigation) {
  const { number, state, seed, job_id: job, verdict, score, chosen, progress } = attempt;
  const name = words("detail.attempt", { number });
  const head = element("div", "anime-attempt-head", element("strong", "", name));
  head.append(verdict ? verdictPill(verdict, score) : stateLabel(state));
  if (verdict && !["passed", "failed"].includes(state)) head.append(stateLabel(state));
  if (chosen) head.append(element("span", "anime-chosen-mark", `★ ${words("detail.chosen")}`));
  const item = element("li", "anime-attempt", head);
  const elapsed = seconds(attempt.started_at, attempt.finished_at);
  const facts = [seed === null ? "" : words("detail.seed", { seed })];
  if (elapsed !== null && attempt.finished_at) facts.push(duration(elapsed));
  const line = element("div", "anime-quiet", facts.filter(Boolean).join(" · "), " ");
  if (job) {
    const open = element("button", "anime-link", words("productions.job"));
    open.type = "button";
    open.setAttribute("aria-label", words("productions.job_of", { number }));
    open.addEventListener("click", () => navigation.openJob(job));
    line.append(open);
  }
  item.append(line);
  if (state === "running") item.append(progressBar(progress ?? 0, words("productions.progress")));
  const reasons = reasonsText(attempt);
  if (reasons) item.append(element("div", "anime-lines", reasons));
  return item;
}
