/** Check that ComfyUI answers, for the banner of the sidebar. */

import { api } from "../../../scripts/api.js";

const ROUTE = "/prompt"; // ComfyUI answers it from memory, without a database, device or thread
const PAUSE = 1500; // milliseconds between an answer and the next request
const TICK = 250; // milliseconds
const TICKS = 10; // an answer must come within 2.5 s, so a silence is noticed within 4 s
const PAUSED = "paused"; // reason of a request that was cancelled because the panel is hidden
const PROXY_ERRORS = [502, 503, 504]; // statuses of a proxy whose server doesn't answer

/**
 * Repeated check that ComfyUI answers, while the panel is on the screen.
 *
 * There is one request at a time. Its timeout is counted in ticks. A tick that comes late doesn't
 * count: the page was throttled or blocked, and the answer may have arrived without being read. So
 * a slow page is never mistaken for a silent server.
 */
export class ServerWatch {
  /** @type {number | null} time of the first unanswered request, by `performance.now` */
  silentSince = null;

  /** @type {AbortController | null} */
  #request = null;
  #timer = 0;
  #check = () => this.check();

  /**
   * @param {object} owner
   * @param {() => boolean} owner.isWatched true if the panel is on the page; without that nothing
   *   is requested
   * @param {(silentSince: number | null) => void} owner.onChange called when ComfyUI stops
   *   answering, or answers again
   */
  constructor({ isWatched, onChange }) {
    this.isWatched = isWatched;
    this.onChange = onChange;
  }

  /** Start the checks, because the panel is on the screen. */
  start() {
    document.addEventListener("visibilitychange", this.#check);
    this.check();
  }

  /** Check now, unless a request is under way; stop while the panel is hidden. */
  check() {
    if (!this.isWatched()) this.#stop();
    else if (document.hidden) this.#pause();
    else this.#poll();
  }

  #stop() {
    document.removeEventListener("visibilitychange", this.#check);
    this.#pause();
  }

  #pause() {
    clearTimeout(this.#timer);
    this.#request?.abort(PAUSED);
  }

  async #poll() {
    if (this.#request) return;
    clearTimeout(this.#timer);
    const request = new AbortController();
    this.#request = request;
    const since = performance.now();
    const stopTicks = abortAfterTicks(request);
    const answered = await isAnswered(request.signal);
    stopTicks();
    this.#request = null;
    const paused = request.signal.reason === PAUSED;
    if (paused || !this.isWatched() || document.hidden) return this.check();
    this.#note(answered ? null : (this.silentSince ?? since));
    this.#timer = setTimeout(this.#check, PAUSE);
  }

  /** @param {number | null} silentSince */
  #note(silentSince) {
    if (silentSince === this.silentSince) return;
    this.silentSince = silentSince;
    this.onChange(silentSince);
  }
}

/**
 * Return true if ComfyUI answers a request.
 *
 * @param {AbortSignal} signal
 */
async function isAnswered(signal) {
  try {
    const answer = await api.fetchApi(ROUTE, { cache: "no-store", signal });
    await answer.text();
    return !PROXY_ERRORS.includes(answer.status);
  } catch {
    return false;
  }
}

/**
 * Abort a request after TICKS ticks that came in time.
 *
 * @param {AbortController} request
 * @returns {() => void} ends the ticking
 */
function abortAfterTicks(request) {
  let ticks = 0;
  let last = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    if (now - last < 2 * TICK) ticks += 1;
    last = now;
    if (ticks === TICKS) request.abort();
  }, TICK);
  return () => clearInterval(timer);
}
