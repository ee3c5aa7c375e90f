import assert from "node:assert/strict";
import { afterEach, describe, test } from "node:test";

import { app, toasts } from "../editor/app.js";

const { showToast } = await import("../../../web/client/parts/toast.js");

describe("a message in the corner", () => {
  const { toast } = app.extensionManager;

  afterEach(() => {
    app.extensionManager.toast = toast;
  });

  test("is shown and removed in editor 1.47", () => {
    const remove = showToast("warn", "Summary", "Detail");
    assert.deepEqual(toasts.at(-1), {
      severity: "warn", summary: "Summary", detail: "Detail", life: undefined,
    }); // prettier-ignore
    remove();
    assert.equal(toasts.length, 0);
  });

  test("is shown and removed in editor 1.58, which has no `remove`", () => {
    /** @type {any[]} */
    const messages = [];
    app.extensionManager.toast = {
      warning: (/** @type {string} */ title, /** @type {object} */ options) =>
        messages.push({ title, ...options }),
      dismiss: (/** @type {number} */ id) => messages.splice(id - 1, 1),
    };
    const remove = showToast("warn", "Summary", "Detail", 12_000);
    assert.deepEqual(messages, [{ title: "Summary", description: "Detail", duration: 12_000 }]);
    remove();
    assert.deepEqual(messages, []);
  });
});
