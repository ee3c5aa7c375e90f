import assert from "node:assert/strict";
import { describe, test } from "node:test";

const { Choice, clock } = await import("../../../web/client/asking/choice.js");

const eight = () => new Choice([0, 1, 2, 3, 4, 5, 6, 7], false);

/** Press keys one after another with four columns, and return the last outcome. */
function press(choice, ...keys) {
  return keys.map((key) => choice.press(key, 4)).at(-1);
}

describe("the choice of pictures", () => {
  test("begins with nothing picked, and digits pick and leave out", () => {
    const choice = eight();
    press(choice, "2", "6", "8", "6");
    assert.deepEqual(choice.numbers, [1, 7]);
    assert.deepEqual(press(choice, "9"), { kind: "none" });
  });

  test("arrows move within the pictures and Space picks", () => {
    const choice = eight();
    press(choice, "ArrowRight", "ArrowDown", " ");
    assert.deepEqual(choice.numbers, [5]);
    assert.deepEqual(press(choice, "ArrowDown"), { kind: "none" });
    press(choice, "Home", " ", "End", " ");
    assert.deepEqual(choice.numbers, [0, 5, 7]);
    press(choice, "ArrowUp", "ArrowLeft", " ");
    assert.deepEqual(choice.numbers, [0, 2, 5, 7]);
  });

  test("Enter confirms what is picked, and nothing only when it is pressed twice", () => {
    const choice = eight();
    assert.deepEqual(press(choice, "Enter"), { kind: "warned" });
    assert.deepEqual(press(choice, "3", "3", "Enter"), { kind: "warned" });
    assert.deepEqual(press(choice, "Enter"), { kind: "answered", picked: [] });
    assert.deepEqual(press(choice, "3", "Enter"), { kind: "answered", picked: [2] });
  });

  test("Escape leaves it to the score, and Z shows a picture large", () => {
    assert.deepEqual(press(eight(), "Escape"), { kind: "left" });
    assert.deepEqual(press(eight(), "z"), { kind: "zoomed" });
    assert.deepEqual(press(eight(), "x"), { kind: "none" });
  });

  test("a batch that is judged as a whole is accepted or rejected as a whole", () => {
    assert.deepEqual(press(new Choice([0, 1, 2], true), "Enter"), { kind: "warned" });
    const choice = new Choice([0, 1, 2], true, [0, 1, 2]);
    assert.deepEqual(choice.numbers, [0, 1, 2]);
    press(choice, "ArrowRight", " ");
    assert.deepEqual(choice.numbers, []);
    press(choice, " ");
    assert.deepEqual(press(choice, "Enter"), { kind: "answered", picked: [0, 1, 2] });
  });

  test("the time that is left is in minutes and seconds", () => {
    assert.deepEqual([245, 59.2, 0, -3].map(clock), ["4:05", "1:00", "0:00", "0:00"]);
  });
});
