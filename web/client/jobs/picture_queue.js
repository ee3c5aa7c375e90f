/** Queue for the pictures of the list of jobs. */

/** @import { Row } from "./row.js" */

// A browser opens six connections to a server. While the database doesn't answer, each picture
// occupies one of them for seconds. The other four are for the list, the names, the health and the
// check that ComfyUI answers.
const AT_ONCE = 2;

/** Queue of the rows in view whose pictures are to be loaded, two at once. */
export class PictureQueue {
  /** @type {Row[]} */
  #waiting = [];
  /** @type {Set<Row>} */
  #loading = new Set();

  /**
   * Load the pictures of these rows. Rows that were waiting and are not among them are removed.
   *
   * @param {Row[]} rows
   */
  show(rows) {
    this.#waiting = [...rows];
    this.#next();
  }

  /**
   * Load the next picture after one has been loaded, is missing or is no longer needed.
   *
   * @param {Row} row
   */
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
