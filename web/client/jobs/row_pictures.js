/** Loading of the pictures of the rows in view, after scrolling and again after errors. */

import { PictureQueue } from "./picture_queue.js";

/** @import { Row } from "./row.js" */

const RETRY = 10_000; // milliseconds until pictures that failed are loaded again
const SCROLL_PAUSE = 120; // milliseconds without scrolling, after which pictures load

/** Pictures of the rows of a list. */
export class RowPictures {
  #queue = new PictureQueue();
  #timer = 0;
  #retryTimer = 0;

  /**
   * @param {object} list
   * @param {() => Row[]} list.rows rows that exist now
   * @param {() => boolean} list.isDisplayed
   */
  constructor({ rows, isDisplayed }) {
    this.rows = rows;
    this.isDisplayed = isDisplayed;
  }

  /** Load the pictures after a pause, unless the list is scrolled again before. */
  showSoon() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#queue.show(this.rows()), SCROLL_PAUSE);
  }

  /**
   * Note that a row's picture was loaded, could not be loaded, or is no longer needed. Pictures that
   * failed are loaded again after a pause, because the database may be away.
   *
   * @param {Row} row
   * @param {boolean} [failed]
   */
  settled(row, failed = false) {
    this.#queue.settled(row);
    if (!failed) return;
    this.#retryTimer ||= setTimeout(() => {
      this.#retryTimer = 0;
      if (!this.isDisplayed()) return;
      for (const row of this.rows()) row.retryPicture();
      this.#queue.show(this.rows());
    }, RETRY);
  }
}
