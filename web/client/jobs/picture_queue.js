/** @import { Row } from "./row.js" */

// A browser opens six connections to a server. While the database hangs, each picture keeps one for
// seconds; the list, the names, the health and the question whether ComfyUI answers need the rest.
const AT_ONCE = 2;

/** The order in which the rows in sight load their pictures, few at once. */
export class PictureQueue {
  /** @type {Row[]} */
  #waiting = [];
  /** @type {Set<Row>} */
  #loading = new Set();

  /**
   * Load the pictures of these rows; rows that waited before and are not among them wait no more.
   *
   * @param {Row[]} rows
   */
  show(rows) {
    this.#waiting = [...rows];
    this.#next();
  }

  /** @param {Row} row whose picture is there, is missing or is no longer needed */
  settled(row) {
    if (this.#loading.delete(row)) this.#next();
  }

  #next() {
    while (this.#loading.size < AT_ONCE && this.#waiting.length > 0) {
      const row = /** @type {Row} */ (this.#waiting.shift());
      if (!this.#loading.has(row) && row.showPicture()) this.#loading.add(row);
    }
  }
}
