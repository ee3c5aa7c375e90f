import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { scoreOf } from "../../../web/client/report/score.js";

const { DOMAIN_SCORES } = process.env;

test("the editor scores a measurement as the Python domain does", () => {
  assert.ok(DOMAIN_SCORES, "run this by pytest, which passes the domain's scores");
  const cases = JSON.parse(readFileSync(DOMAIN_SCORES, "utf8"));
  assert.ok(cases.length > 50);
  for (const { measurement, score } of cases) {
    const { name, value } = measurement;
    const own = scoreOf(measurement);
    if (score === null) assert.equal(own, null, `${name} = ${value}`);
    else assert.ok(Math.abs(own - score) < 1e-6, `${name} = ${value}: ${own} is not ${score}`);
  }
});
