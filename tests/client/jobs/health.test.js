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
function partsWith(onnxruntime) {
  return partsOf({ onnxruntime }, onnxruntime.status);
}

async function partsOf(components, status = "degraded") {
  api.serve(() => ({ status, components }));
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

const READ_ONLY = "The database can't be written: It is read-only. Connect to the primary server.";

for (const [language, words] of [
  ["en", "It is read-only"],
  ["ja", "書き込めません。送信待ち：7件"],
  ["zh", "发件箱中等待：7 个"],
]) {
  test(`events that can't be shipped are told with the cause: ${language}`, async () => {
    speak(language);
    const outbox = { status: "degraded", problem: "failing", message: READ_ONLY, backlog: 7 };
    const text = (await partsOf({ outbox })).textContent;
    assert.ok(text.includes(words), text);
    assert.equal(text.split("Connect to the primary server.").length, 2, text);
  });
}

test("events that wait for long are told without a cause, once", async () => {
  const message = "The oldest event has waited for 5 minutes, and no error says why.";
  const outbox = { status: "degraded", problem: "late", message, backlog: 3 };
  const text = (await partsOf({ outbox })).textContent;
  assert.equal(text.split("no error says why").length, 2, text);
  assert.ok(text.includes("restart ComfyUI"), text);
});

for (const [language, words] of [
  ["en", "When the cause is gone"],
  ["ja", "よけてある"],
  ["zh", "搁置"],
]) {
  test(`events that are set aside are told with the commands: ${language}`, async () => {
    speak(language);
    const commands = ["python quickstart.py jobs set-aside"];
    const message = "2 events are set aside.";
    const values = { message, commands, rejected: 2, dropped: 0, problem: "incomplete" };
    const text = (await partsOf({ outbox: { status: "degraded", ...values } })).textContent;
    assert.ok(text.includes(words), text);
    assert.ok(text.includes(commands[0]), text);
  });
}

for (const [language, words, status] of [
  ["en", "not installed: procrastinate, lpips", "degraded"],
  ["ja", "未インストール：procrastinate, lpips", "ok"],
  ["zh", "未安装：procrastinate, lpips", "degraded"],
]) {
  test(`all missing packages are told with one command: ${language}`, async () => {
    speak(language);
    const command = '"/opt/comfy/bin/python" -m pip install "procrastinate" "lpips"';
    const message = `Not installed: procrastinate, lpips. Run: ${command}`;
    const missing = ["procrastinate", "lpips"];
    const packages = { status, message, missing, commands: [command] };
    const text = (await partsOf({ packages }, status)).textContent;
    assert.ok(text.includes(words), text);
    assert.equal(text.split(command).length, 2, text);
  });
}

test("packages that are all there are told without a command", async () => {
  const text = (await partsOf({ packages: { status: "ok", missing: [] } }, "ok")).textContent;
  assert.ok(text.includes("all are installed"), text);
});

for (const [language, kept, late] of [
  ["en", "the newest 2 days ago, 12 MB; 7 kept", "The last backup of the database failed"],
  ["ja", "最新は一昨日、12 MB、7個を保存", "新しいバックアップがありません"],
  ["zh", "最新的在前天，12 MB；保留 7 个", "没有数据库的近期备份"],
]) {
  test(`the newest backup is told, and a failure with advice: ${language}`, async () => {
    speak(language);
    const newest = new Date(Date.now() - 2 * 86_400_000 - 60_000).toISOString();
    const backups = { status: "ok", state: "kept", newest, bytes: 12_345_678, count: 7 };
    api.serve(() => ({ status: "ok", components: { backups } }));
    const foot = new HealthFoot();
    await foot.resync();
    await settle();
    assert.ok(foot.parts.textContent.includes(kept), foot.parts.textContent);
    const message = "The last backup of the database failed: no space.";
    const failed = { ...backups, status: "degraded", message };
    api.serve(() => ({ status: "degraded", components: { backups: failed } }));
    await foot.resync();
    await settle();
    const text = foot.parts.textContent;
    assert.ok(text.includes(late) && text.includes(message), text);
    assert.ok(text.includes("ANIME_BACKUP_FOLDER"), text);
  });
}

for (const state of ["off", "external", "none"]) {
  test(`why there are no backups is told: ${state}`, async () => {
    const backups = { status: "ok", state, newest: null, bytes: null, count: 0 };
    api.serve(() => ({ status: "ok", components: { backups } }));
    const foot = new HealthFoot();
    await foot.resync();
    await settle();
    assert.ok(!foot.parts.textContent.includes("undefined"), foot.parts.textContent);
    assert.ok(!foot.parts.textContent.includes("backups_"), foot.parts.textContent);
  });
}

test("a refusal is told, and not as silence", async () => {
  const error = { code: "host_not_allowed", message: "The name nas isn't allowed here." };
  api.serve(() => Response.json({ error }, { status: 403 }));
  const foot = new HealthFoot();
  await foot.resync();
  assert.ok(foot.root.textContent.includes(error.message), foot.root.textContent);
});

const TOO_OLD = {
  status: "down",
  version: "0.3.64",
  needed: "0.20.0",
  missing: ["io.Autogrow"],
  message: "Anime Production needs ComfyUI 0.20.0 or newer, and this is 0.3.64. Update ComfyUI.",
  problem: "comfyui_too_old",
};

for (const [language, words] of [
  ["en", "needs ComfyUI 0.20.0 or newer, and this is 0.3.64"],
  ["ja", "ComfyUI 0.20.0以降が必要です（このComfyUIは0.3.64）"],
  ["zh", "需要 ComfyUI 0.20.0 或更新的版本，而这里是 0.3.64"],
]) {
  test(`an older ComfyUI is told in the line and in the list: ${language}`, async () => {
    speak(language);
    const error = { code: "comfyui_too_old", message: TOO_OLD.message };
    const answer = { status: "down", components: { comfyui: TOO_OLD }, error };
    api.serve(() => Response.json(answer, { status: 503 }));
    const foot = new HealthFoot();
    await foot.resync();
    await settle();
    assert.ok(foot.text.textContent.includes(words), foot.text.textContent);
    assert.equal(foot.parts.textContent.split(words).length, 2, foot.parts.textContent);
  });
}

test("a ComfyUI that works is shown with its version", async () => {
  const parts = await partsOf({ comfyui: { status: "ok", version: "0.46.0" } }, "ok");
  assert.ok(parts.textContent.includes("ComfyUI0.46.0"), parts.textContent);
});
