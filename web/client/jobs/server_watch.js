import { api } from "../../../scripts/api.js";

const ROUTE = "/prompt"; // ComfyUI answers it from memory: it needs no database, device or thread
const PAUSE = 1500; // milliseconds between an answer and the next question
const TICK = 250; // milliseconds
const TICKS = 10; // 2.5 s for an answer; with the pause, a silence is noticed within 4 s
const PAUSED = "paused"; // the reason of a question that is given up: nobody looks
const OF_A_PROXY = [502, 503, 504]; // a proxy answers so in the place of a server that doesn't

/**
 * Asks ComfyUI again and again whether it answers at all, while the panel is on the screen.
 *
 * There is one question at a time. Its patience is counted in ticks of a page that is awake: after
 * a tick that comes late, the answer may lie ready and unread, so that tick doesn't count. A
 * throttled or blocked page never takes itself for a silent server.
 */
export class ServerWatch {
  /** @type {number | null} of `performance.now`: when the first unanswered question was asked */
  silentSince = null;

  /** @type {AbortController | null} */
  #question = null;
  #timer = 0;
  #look = () => this.look();

  /**
   * @param {object} given
   * @param {() => boolean} given.isWatched without that nothing is asked
   * @param {(silentSince: number | null) => void} given.changed ComfyUI fell silent, or answers
   *   again
   */
  constructor({ isWatched, changed }) {
    this.isWatched = isWatched;
    this.changed = changed;
  }

  /** The panel is on the screen now. */
  start() {
    document.addEventListener("visibilitychange", this.#look);
    this.look();
  }

  /** Ask now, unless a question is under way. */
  look() {
    if (!this.isWatched()) this.#stop();
    else if (document.hidden) this.#pause();
    else this.#ask();
  }

  #stop() {
    document.removeEventListener("visibilitychange", this.#look);
    this.#pause();
  }

  #pause() {
    clearTimeout(this.#timer);
    this.#question?.abort(PAUSED);
  }

  async #ask() {
    if (this.#question) return;
    clearTimeout(this.#timer);
    const question = new AbortController();
    this.#question = question;
    const since = performance.now();
    const endPatience = abortAfterTicks(question);
    const answered = await isAnswered(question.signal);
    endPatience();
    this.#question = null;
    const paused = question.signal.reason === PAUSED;
    if (paused || !this.isWatched() || document.hidden) return this.look();
    this.#note(answered ? null : (this.silentSince ?? since));
    this.#timer = setTimeout(this.#look, PAUSE);
  }

  /** @param {number | null} silentSince */
  #note(silentSince) {
    if (silentSince === this.silentSince) return;
    this.silentSince = silentSince;
    this.changed(silentSince);
  }
}

/** @param {AbortSignal} signal */
async function isAnswered(signal) {
  try {
    const answer = await api.fetchApi(ROUTE, { cache: "no-store", signal });
    await answer.text();
    return !OF_A_PROXY.includes(answer.status);
  } catch {
    return false;
  }
}

/**
 * Aborts a question after so many ticks that came in time.
 *
 * @param {AbortController} question
 * @returns {() => void} ends the ticking
 */
function abortAfterTicks(question) {
  let ticks = 0;
  let last = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    if (now - last < 2 * TICK) ticks += 1;
    last = now;
    if (ticks === TICKS) question.abort();
  }, TICK);
  return () => clearInterval(timer);
}
