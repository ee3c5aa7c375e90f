import assert from "node:assert/strict";
import { test } from "node:test";

import {
  phasesForPicture,
  usualPhases,
} from "../../../../web/client/productions/ordering/phase_choice.js";
import { phase } from "./phases.js";

const TAKES = { takes: { image: "image" } };
const IMAGE = { name: "image", kind: "image" };

test("the samples are chosen at first where the real phases lack something", () => {
  const ids = ["sdxl_stills", "wan22_loop", "wan22_clip", "sample_stills", "sample_loop"];
  const all = ids.map((id) => phase(id, []));
  assert.deepEqual(usualPhases(all), ["sdxl_stills", "wan22_loop", "wan22_clip"]);
  all[1].missing = ["models/vae/wan.safetensors"];
  assert.deepEqual(usualPhases(all), ["sample_stills", "sample_loop"]);
});

test("a picture becomes a loop by a phase that can run here, and takes a picture", () => {
  const real = phase("wan22_loop", [IMAGE], { kind: "loop", ...TAKES });
  const sample = phase("sample_loop", [IMAGE], { kind: "loop", ...TAKES });
  const without = phase("own_loop", [], { kind: "loop" });
  assert.deepEqual(phasesForPicture([without, sample, real], "loop"), ["wan22_loop"]);
  real.missing = ["node Wan"];
  assert.deepEqual(phasesForPicture([without, sample, real], "loop"), ["sample_loop"]);
});
