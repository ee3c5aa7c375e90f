import { element } from "../element.js";
import { fileList } from "../parts/files.js";
import { bar, pill } from "../parts/pill.js";
import { duration, seconds } from "../parts/times.js";
import { phaseName, words } from "../words.js";
import { standing, whyText } from "./production.js";

/** @import { Attempt, Phase } from "./production.js" */

/**
 * The phases of a production, each with its attempts and what it gives.
 *
 * @param {Phase[]} phases
 * @param {{openJob(id: string): void}} go
 */
export function phaseList(phases, go) {
  return [element("ol", "anime-phases", ...phases.map((phase) => card(phase, go)))];
}

/**
 * @param {Phase} phase
 * @param {{openJob(id: string): void}} go
 */
function card(phase, go) {
  const { name, state, attempts, attempt_limit: limit, reason, files } = phase;
  const title = element("h4", "anime-card-heading", phaseName(phase.phase, name));
  const head = element("div", "anime-phase-head", title);
  head.append(standing(state));
  const made = new Set(attempts.map((each) => each.number)).size;
  const made_card = element("li", "anime-card", head);
  if (made) {
    const told = words("productions.attempts", { number: made, limit });
    made_card.append(element("div", "anime-quiet", told));
  }
  const last = attempts.at(-1)?.reason;
  if (reason && reason !== last && !["failed", "waiting"].includes(state)) {
    made_card.append(element("p", "anime-lines", whyText(phase)));
  }
  const rows = attempts.map((each) => row(each, go));
  if (rows.length) made_card.append(element("ul", "anime-attempt-list", ...rows));
  if (files.length) {
    made_card.append(element("div", "anime-label", words("productions.gives")), fileList(files));
  }
  return made_card;
}

/**
 * @param {Attempt} attempt
 * @param {{openJob(id: string): void}} go
 */
function row(attempt, go) {
  const { number, state, seed, job_id: job, verdict, score, chosen, progress } = attempt;
  const name = words("detail.attempt", { number });
  const head = element("div", "anime-attempt-head", element("strong", "", name));
  head.append(verdict ? pill(verdict, score) : standing(state));
  if (verdict && !["passed", "failed"].includes(state)) head.append(standing(state));
  if (chosen) head.append(element("span", "anime-chosen-mark", `★ ${words("detail.chosen")}`));
  const made = element("li", "anime-attempt", head);
  const took = seconds(attempt.started_at, attempt.finished_at);
  const facts = [seed === null ? "" : words("detail.seed", { seed })];
  if (took !== null && attempt.finished_at) facts.push(duration(took));
  const line = element("div", "anime-quiet", facts.filter(Boolean).join(" · "), " ");
  if (job) {
    const open = element("button", "anime-link", words("productions.job"));
    open.type = "button";
    open.setAttribute("aria-label", words("productions.job_of", { number }));
    open.addEventListener("click", () => go.openJob(job));
    line.append(open);
  }
  made.append(line);
  if (state === "running") made.append(bar(progress ?? 0, words("productions.progress")));
  const why = whyText(attempt);
  if (why) made.append(element("div", "anime-lines", why));
  return made;
}
