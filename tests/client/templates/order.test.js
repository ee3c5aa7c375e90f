import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { sortTemplates } from "../../../web/client/templates/order.js";

/** Return an editor whose server answers with these templates. */
function editorWith(templates) {
  return {
    templates,
    async getWorkflowTemplates() {
      return this.templates;
    },
  };
}

describe("the order of the templates", () => {
  test("the pack's are in the order of their numbers, those of others as the server has them", async () => {
    const editor = editorWith({ pack: ["10 b", "02 c", "01 d"], other: ["z", "a"] });
    sortTemplates(editor, "pack");
    assert.deepEqual(await editor.getWorkflowTemplates(), {
      pack: ["01 d", "02 c", "10 b"],
      other: ["z", "a"],
    });
  });

  test("a server without the pack's templates, and an editor without the call, stay as they are", async () => {
    const editor = editorWith({ other: ["z", "a"] });
    sortTemplates(editor, "pack");
    assert.deepEqual(await editor.getWorkflowTemplates(), { other: ["z", "a"] });
    const empty = editorWith(undefined);
    sortTemplates(empty, "pack");
    assert.equal(await empty.getWorkflowTemplates(), undefined);
    sortTemplates({}, "pack");
  });
});
