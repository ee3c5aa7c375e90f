import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { moveInto, viewOf } from "../../../web/client/canvas/view.js";

const PLACE = { left: 400, top: 100, width: 1000, height: 600 };

/** Return where a point of the graph is drawn, in px of the canvas. */
function drawn({ scale, offset }, x, y) {
  return [(x + offset[0]) * scale, (y + offset[1]) * scale];
}

describe("the view of a graph", () => {
  test("a graph that fits is shown whole, in the middle of its place", () => {
    const graph = { left: -50, top: 30, width: 1100, height: 400 };
    const view = viewOf(graph, PLACE);
    assert.equal(view.scale, 960 / 1100);
    assert.deepEqual(drawn(view, -50, 30).map(Math.round), [420, 225]);
    assert.deepEqual(drawn(view, 1050, 430).map(Math.round), [1380, 575]);
  });

  test("a small graph isn't made larger than it is", () => {
    assert.equal(viewOf({ left: 0, top: 0, width: 100, height: 100 }, PLACE).scale, 1);
  });

  test("a large graph is shown from its top left corner, at a scale at which texts are drawn", () => {
    const view = viewOf({ left: 10, top: -20, width: 9000, height: 900 }, PLACE);
    assert.equal(view.scale, 0.8);
    assert.deepEqual(drawn(view, 10, -20).map(Math.round), [420, 120]);
  });
});

describe("bringing a box into a place", () => {
  const box = { width: 300, height: 200 };

  test("one that is seen whole stays where it is", () => {
    assert.deepEqual(moveInto({ ...box, left: 420, top: 120 }, PLACE), [0, 0]);
    assert.deepEqual(moveInto({ ...box, left: 1080, top: 480 }, PLACE), [0, 0]);
  });

  test("one that is cut off moves just so far that it is seen, away from the edge", () => {
    assert.deepEqual(moveInto({ ...box, left: 1200, top: 600 }, PLACE), [-120, -120]);
    assert.deepEqual(moveInto({ ...box, left: -100, top: 0 }, PLACE), [520, 120]);
  });

  test("one that is too large shows its top left corner", () => {
    const large = { left: 700, top: 300, width: 3000, height: 3000 };
    assert.deepEqual(moveInto(large, PLACE), [-280, -180]);
  });
});
