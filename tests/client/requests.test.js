import assert from "node:assert/strict";
import { test } from "node:test";

import { callRoute, RouteError, tokenKey } from "../../web/client/requests.js";
import { api } from "./editor/api.js";
import "./editor/page.js";

/**
 * Return the error of a request.
 *
 * @param {Response} response
 */
async function refusalOf(response) {
  api.serve(() => response);
  return callRoute("/anime/jobs").then(
    () => assert.fail("it was not refused"),
    (error) => error,
  );
}

test("an answer is its JSON", async () => {
  api.serve(() => ({ jobs: [1] }));
  assert.deepEqual(await callRoute("/anime/jobs"), { jobs: [1] });
  const { options } = api.requests[0];
  assert.equal(options.method, "GET");
  assert.equal(options.body, undefined);
});

test("the newest editor is told to wait for an answer for more than a minute", async () => {
  api.serve(() => ({}));
  await callRoute("/anime/jobs/1", { method: "DELETE" });
  assert.equal(api.requests[0].options.timeoutMs, null);
});

test("a body is sent as JSON, even one that is false", async () => {
  api.serve(() => ({}));
  await callRoute("/anime/tracking", { method: "PUT", body: false });
  const { options } = api.requests[0];
  assert.deepEqual([options.method, options.body], ["PUT", "false"]);
  assert.equal(options.headers["Content-Type"], "application/json");
});

test("the user's token goes with requests that change something, and with no other", async () => {
  api.serve(() => ({}));
  localStorage.setItem(tokenKey(), "a-token");
  await callRoute("/anime/jobs");
  await callRoute("/anime/jobs/1", { method: "DELETE" });
  await callRoute("/anime/tracking", { method: "POST", body: {} });
  const tokens = api.requests.map(({ options }) => options.headers["X-Anime-Token"]);
  assert.deepEqual(tokens, [undefined, "a-token", "a-token"]);
  localStorage.setItem(tokenKey(), "");
});

test("an answer without a body is empty", async () => {
  api.serve(() => new Response(null, { status: 204 }));
  assert.deepEqual(await callRoute("/anime/jobs/1"), {});
});

test("a refusal has the route's code, its sentence and what else it says", async () => {
  const error = {
    code: "not_now", message: "It has ended.", message_key: "not_now", message_values: { a: 1 },
  }; // prettier-ignore
  const refusal = await refusalOf(Response.json({ error, state: "failed" }, { status: 409 }));
  assert.ok(refusal instanceof RouteError);
  assert.deepEqual([refusal.status, refusal.code, refusal.message],
    [409, "not_now", "It has ended."]); // prettier-ignore
  assert.deepEqual(refusal.more, { state: "failed" });
  assert.deepEqual(refusal.text, { key: "not_now", values: { a: 1 } });
});

test("a refusal that is no JSON tells its status", async () => {
  const page = new Response("<html>", { status: 502, statusText: "Bad Gateway" });
  const refusal = await refusalOf(page);
  assert.deepEqual([refusal.status, refusal.code], [502, "unknown"]);
  assert.equal(refusal.message, "502 Bad Gateway");
});

test("a broken connection is a refusal with the status 0", async () => {
  api.serve(() => Promise.reject(new TypeError("fetch failed")));
  const refusal = { name: "RouteError", status: 0, code: "no_answer" };
  await assert.rejects(callRoute("/anime/jobs"), refusal);
});

test("a request that was given up is no refusal", async () => {
  api.serve(null);
  const controller = new AbortController();
  const request = callRoute("/anime/jobs", { signal: controller.signal });
  controller.abort();
  await assert.rejects(request, { name: "AbortError" });
});
