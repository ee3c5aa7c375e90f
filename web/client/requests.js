/** Requests to routes of the pack and of ComfyUI, for all parts of the client. */

import { api } from "../../scripts/api.js";

/** Error of a request that was refused or not answered; its message is a sentence for users. */
export class RouteError extends Error {
  /**
   * @param {number} status HTTP status; 0 if ComfyUI doesn't answer
   * @param {string} code the route's code for the refusal
   * @param {string} message in English
   * @param {Record<string, any>} more other fields of the answer
   * @param {{key?: string, values?: Record<string, unknown>}} [text] key and values of the message
   *   in other languages
   */
  constructor(status, code, message, more, text = {}) {
    super(message);
    this.name = "RouteError";
    this.status = status;
    this.code = code;
    this.more = more;
    this.text = text;
  }
}

/**
 * Options of `fetchApi` for a request that the editor must not give up. The newest editors cancel a
 * request that has no answer for a minute, although the server may still carry it out. A silent
 * server is noticed by `ServerWatch`.
 *
 * @type {RequestInit & {timeoutMs: null}}
 */
export const PATIENT = { timeoutMs: null };

/**
 * @typedef {{method?: string, body?: unknown, signal?: AbortSignal, asFile?: boolean}} Options
 *   `asFile`: true if the answer is a file instead of JSON
 */

const TOKEN_HEADER = "X-Anime-Token";
// Codes of refusals that the user's token helps against.
const TOKEN_CODES = ["token_needed", "token_wrong"];

/**
 * Call a route and return its response. If the route needs the user's token, the user is asked for
 * it, and the route is called again.
 *
 * @param {string} route `/anime/jobs?limit=50`
 * @param {Options} [options]
 * @returns {Promise<any>}
 * @throws {RouteError} if the route refuses, or ComfyUI doesn't answer (status 0)
 */
export async function callRoute(route, options = {}) {
  for (;;) {
    try {
      return await send(route, options);
    } catch (error) {
      if (!(error instanceof RouteError) || !TOKEN_CODES.includes(error.code)) throw error;
      const { askForToken } = await import("./token.js"); // few users ever need it
      if (!(await askForToken(error))) throw error;
    }
  }
}

/**
 * Call a route as `callRoute` does, and return its answer as a file.
 *
 * @param {string} route
 * @param {{method?: string, body?: unknown}} options
 * @returns {Promise<Blob>}
 * @throws {RouteError} if the route refuses, or ComfyUI doesn't answer (status 0)
 */
export async function callForFile(route, options) {
  return callRoute(route, { ...options, asFile: true });
}

/**
 * Send one request to a route and return its response.
 *
 * @param {string} route
 * @param {Options} options
 * @returns {Promise<any>}
 */
async function send(route, { method = "GET", body, signal, asFile = false }) {
  /** @type {Record<string, string>} */
  const headers = {};
  const token = method === "GET" ? "" : localStorage.getItem(tokenKey());
  if (token) headers[TOKEN_HEADER] = token;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  /** @type {RequestInit} */
  const request = { ...PATIENT, method, signal, headers };
  if (body !== undefined) request.body = JSON.stringify(body);
  let response;
  try {
    response = await api.fetchApi(route, request);
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new RouteError(0, "no_answer", String(error), {});
  }
  if (response.ok && asFile) return response.blob();
  const answer = await response.json().catch(() => ({}));
  if (response.ok) return answer;
  const { error = {}, ...more } = answer;
  const message = error.message ?? `${response.status} ${response.statusText}`;
  const text = { key: error.message_key, values: error.message_values };
  throw new RouteError(response.status, error.code ?? "unknown", message, more, text);
}

/** Return the name under which the browser keeps the token of this ComfyUI. */
export function tokenKey() {
  // Several ComfyUIs may share a host, each below a path of its own.
  return `Anime.Token:${api.api_base ?? ""}`;
}
