import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { measurement, report } from "../report/measurements.js";

const { fittingRemedies } = await import("../../../web/client/remedies/table.js");

/** Return a failed report whose measurements fail for these reasons. */
function failed(...codes) {
  const measurements = codes.map((reason_code) => measurement({ reason_code, verdict: "FAIL" }));
  return { ...report(measurement(), ...measurements), verdict: "FAIL" };
}

describe("remedies", () => {
  test("fit the reasons of what failed, a mended clip before a new one", () => {
    const fitting = fittingRemedies(failed("seam_jump"));
    assert.deepEqual(fitting, ["close_loop", "retry", "next_seed", "draft"]);
    assert.deepEqual(fittingRemedies(failed("seam_clicks")), ["close_loop"]);
    const several = fittingRemedies(failed("flickers", "seam_clicks"));
    assert.deepEqual(several, ["close_loop", "deflicker", "retry", "next_seed", "draft"]);
  });

  test("are none for a reason that no change of the graph helps against", () => {
    assert.deepEqual(fittingRemedies(failed("only_grain")), []);
  });

  test("are none for a pass, also if something in it fails that does not decide", () => {
    assert.deepEqual(fittingRemedies({ ...failed("seam_jump"), verdict: "PASS" }), []);
  });

  test("are none for the reason of a measurement that passes", () => {
    const passed = measurement({ reason_code: "seam_jump" });
    const grain = measurement({ reason_code: "only_grain", verdict: "FAIL" });
    assert.deepEqual(fittingRemedies({ ...report(passed, grain), verdict: "FAIL" }), []);
  });
});
