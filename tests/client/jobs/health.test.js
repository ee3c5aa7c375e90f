import assert from "node:assert/strict";
import { afterEach, test } from "node:test";

import { HealthFoot } from "../../../web/client/jobs/health.js";
import { api } from "../editor/api.js";
import { speak } from "../editor/app.js";
import "../editor/page.js";
import { settle } from "../editor/waiting.js";

const COMMANDS = [
  '"/opt/comfy/bin/python" -m pip uninstall -y onnxruntime',
  '"/opt/comfy/bin/python" -m pip install onnxruntime-gpu',
];
const MESSAGE = `onnxruntime 1.22 is the package for the CPU. Run: ${COMMANDS.join(" and then: ")}`;

afterEach(() => {
  speak("en");
  api.serve(null);
});

/** Return the list of parts where `onnxruntime` is in this health. */
async function partsWith(onnxruntime) {
  const components = { onnxruntime };
  api.serve(() => ({ status: onnxruntime.status, components }));
  const foot = new HealthFoot();
  await foot.resync();
  await settle();
  return foot.parts;
}

for (const [language, words] of [
  ["en", "is the package for the CPU"],
  ["ja", "CPU用のパッケージ"],
  ["zh", "CPU 版的包"],
]) {
  test(`the package for the CPU beside a card is told with its commands: ${language}`, async () => {
    speak(language);
    const parts = await partsWith({
      status: "degraded",
      problem: "cpu_only",
      message: MESSAGE,
      commands: COMMANDS,
      installed: { onnxruntime: "1.22" },
    });
    const text = parts.textContent;
    assert.ok(text.includes("onnxruntime 1.22"), text);
    assert.ok(text.includes(words), text);
    for (const command of COMMANDS) assert.equal(text.split(command).length, 2, text);
  });
}

test("packages side by side are told without commands", async () => {
  speak("ja");
  const parts = await partsWith({
    status: "degraded",
    problem: "side_by_side",
    message: "onnxruntime 1.22 and onnxruntime-gpu 1.21 are installed side by side.",
    commands: [],
    installed: { onnxruntime: "1.22", "onnxruntime-gpu": "1.21" },
  });
  assert.ok(parts.textContent.includes("一緒に入っていて"));
  assert.ok(!parts.textContent.includes("pip"));
});

test("a refusal is told, and not as silence", async () => {
  const error = { code: "host_not_allowed", message: "The name nas isn't allowed here." };
  api.serve(() => Response.json({ error }, { status: 403 }));
  const foot = new HealthFoot();
  await foot.resync();
  assert.ok(foot.root.textContent.includes(error.message), foot.root.textContent);
});
