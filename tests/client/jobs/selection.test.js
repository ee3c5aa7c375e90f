import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";

import { MOST_SELECTED, Selection } from "../../../web/client/jobs/selection.js";
import { rows } from "./rows.js";

const JOBS = rows(9, 0); // job-9 first

/** @type {Selection} */
let selection;

beforeEach(() => (selection = new Selection()));

/** Return the numbers of the selected jobs. */
const numbers = () => selection.jobs.map(({ id }) => Number(id.slice(4))).sort();

describe("a selection", () => {
  test("takes a job in and out", () => {
    selection.toggle(JOBS[0]);
    selection.toggle(JOBS[2]);
    assert.deepEqual(numbers(), [7, 9]);
    selection.toggle(JOBS[0]);
    assert.deepEqual(numbers(), [7]);
  });

  test("has a range in place of the range before, and keeps what was selected before both", () => {
    selection.toggle(JOBS[9]);
    selection.toggle(JOBS[4]);
    selection.extendTo(JOBS, JOBS[6]);
    assert.deepEqual(numbers(), [0, 3, 4, 5]);
    selection.extendTo(JOBS, JOBS[3]);
    assert.deepEqual(numbers(), [0, 5, 6]);
  });

  test("begins a range at the job itself if its begin is no longer listed", () => {
    selection.toggle(JOBS[1]);
    selection.extendTo(JOBS.slice(4), JOBS[5]);
    assert.deepEqual(numbers(), [4, 8]);
  });

  test("forgets jobs that are no longer listed, so that nothing happens to them", () => {
    selection.addAll(JOBS.slice(0, 4));
    assert.ok(selection.keepListed(JOBS.slice(2)));
    assert.deepEqual(numbers(), [6, 7]);
    assert.ok(!selection.keepListed(JOBS));
  });

  test("has no more jobs than the routes take", () => {
    selection.addAll(rows(MOST_SELECTED + 5, 0));
    assert.equal(selection.size, MOST_SELECTED);
    assert.ok(selection.isFull);
    selection.removeAll(rows(MOST_SELECTED + 5, 0));
    assert.equal(selection.size, 0);
    assert.ok(!selection.isFull);
  });
});
