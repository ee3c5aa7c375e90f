/** Time and promises under a test's control. */

import { mock } from "node:test";

const STEP = 50; // milliseconds, shorter than any timer of the client

/** Let everything go on that waits for no timer and no answer. */
export async function settle() {
  for (let round = 0; round < 5; round += 1) await new Promise(setImmediate);
}

/** A clock that stands still until the test moves it: timers, `Date` and `performance.now`. */
export class Clock {
  /** @param {number} [now] milliseconds since 1970 */
  constructor(now = Date.UTC(2025, 0, 1)) {
    this.elapsed = 1000;
    mock.timers.enable({ apis: ["setTimeout", "setInterval", "Date"], now });
    this.performance = mock.method(performance, "now", () => this.elapsed);
  }

  /**
   * Move the time, in steps between which promises settle.
   *
   * @param {number} milliseconds
   */
  async pass(milliseconds) {
    for (let rest = milliseconds; rest > 0; rest -= STEP) {
      this.elapsed += Math.min(rest, STEP);
      mock.timers.tick(Math.min(rest, STEP));
      await settle();
    }
  }

  stop() {
    this.performance.mock.restore();
    mock.timers.reset();
  }
}
