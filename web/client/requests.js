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
 * Call a route and return its response.
 *
 * @param {string} route `/anime/jobs?limit=50`
 * @param {{method?: string, body?: unknown, signal?: AbortSignal}} [options]
 * @returns {Promise<any>}
 * @throws {RouteError} if the route refuses, or ComfyUI doesn't answer (status 0)
 */
export async function callRoute(route, { method = "GET", body, signal } = {}) {
  /** @type {RequestInit} */
  const request = { method, signal };
  if (body !== undefined) {
    request.body = JSON.stringify(body);
    request.headers = { "Content-Type": "application/json" };
  }
  let response;
  try {
    response = await api.fetchApi(route, request);
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new RouteError(0, "no_answer", String(error), {});
  }
  const answer = await response.json().catch(() => ({}));
  if (response.ok) return answer;
  const { error = {}, ...more } = answer;
  const message = error.message ?? `${response.status} ${response.statusText}`;
  const text = { key: error.message_key, values: error.message_values };
  throw new RouteError(response.status, error.code ?? "unknown", message, more, text);
}
