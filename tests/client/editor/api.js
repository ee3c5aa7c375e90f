/** Stand-in for the editor's `scripts/api.js`: a test says what the server answers. */

import { readdirSync, readFileSync } from "node:fs";

const LOCALES = new URL("../../../locales/", import.meta.url);

/**
 * A request that waits for its answer.
 *
 * @typedef {object} Request
 * @property {string} route
 * @property {Record<string, any>} options
 * @property {(body: unknown, status?: number) => void} answer
 * @property {() => void} fail the connection breaks
 */

class Api extends EventTarget {
  /** @type {Request[]} all requests, the oldest first */
  requests = [];
  /** @type {((route: string, options: Record<string, any>) => unknown) | null} */
  #server = null;

  /**
   * Answer every request at once with what `server` returns: a Response, or an object for JSON.
   * Without a server, each request waits until the test answers it.
   *
   * @param {((route: string, options: Record<string, any>) => unknown) | null} server
   */
  serve(server) {
    this.#server = server;
    this.requests = [];
  }

  /**
   * @param {string} route
   * @param {Record<string, any>} [options]
   * @returns {Promise<Response>}
   */
  fetchApi(route, options = {}) {
    if (route === "/i18n") return Promise.resolve(Response.json(locales()));
    return new Promise((resolve, reject) => {
      const answer = (/** @type {unknown} */ body, status = 200) => {
        const response = body instanceof Response ? body : Response.json(body, { status });
        resolve(abortable(response, options.signal));
      };
      const fail = () => reject(new TypeError("fetch failed"));
      const { signal } = options;
      signal?.addEventListener("abort", () => reject(signal.reason));
      this.requests.push({ route, options, answer, fail });
      if (!this.#server) return;
      Promise.resolve(this.#server(route, options)).then(answer, fail);
    });
  }

  /** @param {string} route */
  apiURL(route) {
    return `/api${route}`;
  }

  /**
   * Send a message as ComfyUI does.
   *
   * @param {string} type
   * @param {unknown} detail
   */
  dispatchCustomEvent(type, detail) {
    return this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  /** @type {(...request: any[]) => Promise<any>} a test replaces it */
  queuePrompt = async () => ({});
}

/**
 * Let the body of an answer end with its request, as that of a real `fetch` does.
 *
 * @param {Response} response
 * @param {AbortSignal | undefined} signal
 */
function abortable(response, signal) {
  const json = response.json.bind(response);
  response.json = async () => {
    const body = await json();
    signal?.throwIfAborted();
    return body;
  };
  return response;
}

/** Return what ComfyUI serves of the pack's `locales`. */
function locales() {
  return Object.fromEntries(
    readdirSync(LOCALES).map((language) => {
      const file = new URL(`${language}/main.json`, LOCALES);
      return [language, JSON.parse(readFileSync(file, "utf8"))];
    }),
  );
}

export const api = new Api();
