/** Events of a job, for the job's detail. */

import { element } from "../../element.js";
import { moment } from "../../parts/times.js";
import { number, title, words } from "../../words.js";

/**
 * @typedef {{kind: string, state: string | null, at: string, data: Record<string, any>}} JobEvent
 */

/**
 * Return the events of a job as a list in the order of time.
 *
 * @param {JobEvent[]} events
 */
export function eventList(events) {
  const rows = events.map((event) => {
    const time = element("time", "anime-quiet", moment(event.at));
    time.dateTime = event.at;
    return element("li", "", time, element("div", "", eventText(event)));
  });
  return [element("ol", "anime-timeline", ...rows)];
}

/**
 * Return an event as text.
 *
 * @param {JobEvent} event
 */
function eventText({ kind, state, data }) {
  switch (kind) {
    case "job_queued":
      return words("event.queued");
    case "job_started":
      return words("event.started");
    case "job_progressed":
      return words("event.progressed");
    case "artifact_written":
      return words("event.written", { path: data.path });
    case "job_reviewed": {
      const verdict = words(data.verdict === "approved" ? "review.approved" : "review.rejected");
      return [verdict, data.reviewer, data.reason].filter(Boolean).join(" · ");
    }
    case "job_finished":
      return endText(state, data);
    default:
      return title(kind);
  }
}

/**
 * @param {string | null} state
 * @param {Record<string, any>} data
 */
function endText(state, data) {
  const word = words(/** @type {import("../../words.js").Key} */ (`state.${data.state ?? state}`));
  const measured = data.reports ? words("event.reports", { count: number(data.reports) }) : "";
  return [word, measured, data.error].filter(Boolean).join(" · ");
}
