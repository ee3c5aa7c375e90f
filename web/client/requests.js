import { api } from "../../scripts/api.js";

/** A route refused; the message is a sentence for people. */
export class RouteError extends Error {
  /**
   * @param {number} status
   * @param {string} code
   * @param {string} message
   * @param {Record<string, any>} more what is known all the same
   * @param {{key?: string, values?: Record<string, unknown>}} [text] the message, for other languages
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
 * The answer of one of the pack's routes.
 *
 * @param {string} route `/anime/jobs?limit=50`
 * @param {{method?: string, body?: unknown, signal?: AbortSignal}} [options]
 * @returns {Promise<any>}
 * @throws {RouteError} the route refused, or ComfyUI doesn't answer (status 0)
 */
export async function ask(route, { method = "GET", body, signal } = {}) {
  /** @type {RequestInit} */
  const request = { method, signal };
  if (body !== undefined) {
    request.body = JSON.stringify(body);
    request.headers = { "Content-Type": "application/json" };
  }
  let answer;
  try {
    answer = await api.fetchApi(route, request);
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new RouteError(0, "no_answer", String(error), {});
  }
  const said = await answer.json().catch(() => ({}));
  if (answer.ok) return said;
  const { error = {}, ...more } = said;
  const message = error.message ?? `${answer.status} ${answer.statusText}`;
  const text = { key: error.message_key, values: error.message_values };
  throw new RouteError(answer.status, error.code ?? "unknown", message, more, text);
}
