import { element } from "../../element.js";
import { Judge } from "../../parts/judge.js";
import { Message } from "../../parts/message.js";
import { moment } from "../../parts/times.js";
import { ask } from "../../requests.js";
import { words } from "../../words.js";

/** @import { Job, Review } from "./job_answer.js" */

/** What people said of a job, and where one says it. */
export class Reviews {
  /** @param {() => void} changed */
  constructor(changed) {
    this.changed = changed;
    this.job = "";
    this.judge = new Judge((approved, reason) => this.#send(approved, reason));
    this.message = new Message();
    this.list = element("ul", "anime-reviews");
    const heading = element("h3", "anime-heading", words("detail.reviews"));
    const parts = [heading, this.judge.root, this.message.root, this.list];
    this.root = element("section", "anime-section", ...parts);
    this.root.setAttribute("aria-label", words("detail.reviews"));
  }

  clear() {
    this.judge.reason.value = "";
    this.message.clear();
    this.list.replaceChildren();
  }

  /**
   * @param {Job} job
   * @param {Review[]} reviews
   */
  fill(job, reviews) {
    this.job = job.id;
    this.list.replaceChildren(...reviews.map(entry));
    this.list.hidden = reviews.length === 0;
  }

  /**
   * @param {boolean} approved
   * @param {string} reason
   */
  async #send(approved, reason) {
    const verdict = approved ? "approved" : "rejected";
    try {
      await ask(`/anime/jobs/${this.job}/review`, { method: "POST", body: { verdict, reason } });
      this.message.say(words(approved ? "detail.approved" : "detail.rejected"));
      return true;
    } catch (error) {
      this.message.fail(error);
      return false;
    } finally {
      this.changed();
    }
  }
}

/** @param {Review} review */
function entry({ verdict, reason, reviewer, reviewed_at }) {
  const symbol = verdict === "approved" ? "✔" : "✘";
  const said = element("strong", "", `${symbol} ${words(`review.${verdict}`)}`);
  const by = [reviewer, moment(reviewed_at)].filter(Boolean).join(" · ");
  const row = element("li", "", said, element("span", "anime-quiet", ` ${by}`));
  row.dataset.verdict = verdict;
  if (reason) row.append(element("div", "anime-lines", reason));
  return row;
}
