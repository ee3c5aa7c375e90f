/** Reviews of a job, for the job's detail. */

import { element } from "../../element.js";
import { ReviewForm } from "../../parts/review_form.js";
import { Message } from "../../parts/message.js";
import { moment } from "../../parts/times.js";
import { callRoute } from "../../requests.js";
import { words } from "../../words.js";

/** @import { Job, Review } from "./job_answer.js" */

/** Reviews of a job, with the form for a new one. */
export class Reviews {
  /** @param {() => void} onChange */
  constructor(onChange) {
    this.onChange = onChange;
    this.job = "";
    this.form = new ReviewForm((approved, reason) => this.#send(approved, reason));
    this.message = new Message();
    this.list = element("ul", "anime-reviews");
    const heading = element("h3", "anime-heading", words("detail.reviews"));
    const parts = [heading, this.form.root, this.message.root, this.list];
    this.root = element("section", "anime-section", ...parts);
    this.root.setAttribute("aria-label", words("detail.reviews"));
  }

  clear() {
    this.form.reason.value = "";
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
      const body = { verdict, reason };
      await callRoute(`/anime/jobs/${this.job}/review`, { method: "POST", body });
      this.message.say(words(approved ? "detail.approved" : "detail.rejected"));
      return true;
    } catch (error) {
      this.message.fail(error);
      return false;
    } finally {
      this.onChange();
    }
  }
}

/** @param {Review} review */
function entry({ verdict, reason, reviewer, reviewed_at }) {
  const symbol = verdict === "approved" ? "✔" : "✘";
  const verdictText = element("strong", "", `${symbol} ${words(`review.${verdict}`)}`);
  const by = [reviewer, moment(reviewed_at)].filter(Boolean).join(" · ");
  const row = element("li", "", verdictText, element("span", "anime-quiet", ` ${by}`));
  row.dataset.verdict = verdict;
  if (reason) row.append(element("div", "anime-lines", reason));
  return row;
}
