/** Banner of the sidebar for a ComfyUI that doesn't answer. */

import { element } from "../element.js";
import { duration } from "../parts/times.js";
import { words } from "../words.js";

const SECOND = 1000; // milliseconds

/** Banner at the top of the panel, displayed while ComfyUI doesn't answer. */
export class ServerBanner {
  #timer = 0;
  #since = 0;

  constructor() {
    this.time = element("span");
    // Hidden from screen readers, which would read the banner again each second.
    this.time.setAttribute("aria-hidden", "true");
    this.root = element("div", "anime-server");
    this.root.setAttribute("role", "alert");
    this.root.hidden = true;
  }

  /**
   * Display the banner.
   *
   * @param {number} since time of the first unanswered request, by `performance.now`
   */
  show(since) {
    this.#since = since;
    this.#tick();
    clearInterval(this.#timer);
    this.#timer = setInterval(() => this.#tick(), SECOND);
    if (!this.root.hidden) return;
    this.root.hidden = false;
    this.root.replaceChildren(
      element("strong", "", words("health.no_answer"), " ", this.time),
      element("p", "", words("server.silent")),
    );
  }

  hide() {
    clearInterval(this.#timer);
    this.root.hidden = true;
    this.root.replaceChildren();
  }

  #tick() {
    const seconds = Math.floor((performance.now() - this.#since) / SECOND);
    this.time.textContent = words("server.for", { time: duration(seconds) });
    if (!this.root.isConnected) clearInterval(this.#timer); // the panel starts the timer again
  }
}
