/** Health of the pack, at the foot of the sidebar and in a dialog. */

import { element } from "../element.js";
import { callRoute, RouteError } from "../requests.js";
import { number, refusalText, routeText, words } from "../words.js";
import { age } from "./age.js";

const EVERY = 30_000; // milliseconds between two requests
// Problems of the outbox: the last try to ship failed, or events wait for long without a reason.
const FAILING = "failing";
const LATE = "late";
// Problems of a ComfyUI in which the pack can't be loaded; then its health has no other part.
const NOT_LOADED = ["comfyui_too_old", "comfyui_differs"];
const CPU_ONLY = "cpu_only"; // onnxruntime's package for the CPU beside an NVIDIA card
const SYMBOLS = { ok: "●", degraded: "▲", down: "✘", unknown: "?" };

/**
 * @typedef {"ok" | "degraded" | "down"} Status
 * @typedef {{status: Status, message?: string, [more: string]: any}} Part
 * @typedef {{status: Status, components: Record<string, Part>}} Health
 */

/** Health of the pack as one line; a click on it opens a list with the health of each part. */
export class HealthFoot {
  #timer = 0;
  /** @type {AbortController | null} */
  #request = null;
  #silent = false;

  constructor() {
    this.symbol = element("span", "anime-health-symbol");
    this.symbol.setAttribute("aria-hidden", "true");
    this.text = element("span", "anime-health-text");
    this.text.setAttribute("role", "status");
    this.button = element("button", "anime-health-line", this.symbol, this.text);
    this.button.type = "button";
    this.button.setAttribute("aria-expanded", "false");
    this.button.setAttribute("aria-controls", "anime-health-parts");
    this.button.addEventListener("click", () => this.#toggle());
    this.parts = element("ul", "anime-health-parts");
    this.parts.id = "anime-health-parts";
    this.parts.hidden = true;
    this.root = element("footer", "anime-health", this.parts, this.button);
    this.#show("unknown", words("health.checking"));
  }

  /** Load the health now and every 30 seconds while the element is on the page. */
  activate() {
    clearInterval(this.#timer);
    this.#timer = setInterval(() => {
      if (this.root.isConnected) this.resync();
      else clearInterval(this.#timer);
    }, EVERY);
    this.resync();
  }

  /**
   * Set if ComfyUI answers. While it doesn't, the health is unknown and nothing is requested.
   *
   * @param {boolean} silent true if ComfyUI doesn't answer
   */
  setSilent(silent) {
    this.#silent = silent;
    this.#request?.abort();
    this.#request = null;
    if (silent) this.#showUnknown();
    else this.#show("unknown", words("health.checking"));
  }

  async resync() {
    // A request takes seconds if the database can't be reached, so a second one must not start.
    if (this.#request || this.#silent) return;
    const request = new AbortController();
    this.#request = request;
    try {
      this.#draw(await callRoute("/anime/health", { signal: request.signal }));
    } catch (error) {
      if (request.signal.aborted) return;
      if (!(error instanceof RouteError)) throw error;
      if (error.more.components) this.#draw(/** @type {Health} */ (error.more));
      else this.#showUnknown(error.status ? refusalText(error.text, error.message) : undefined);
    } finally {
      if (this.#request === request) this.#request = null;
    }
  }

  #showUnknown(text = words("health.no_answer")) {
    this.#show("unknown", text);
    this.parts.replaceChildren();
  }

  #toggle() {
    this.parts.hidden = !this.parts.hidden;
    this.button.setAttribute("aria-expanded", String(!this.parts.hidden));
  }

  /** @param {Health} health */
  #draw({ status, components }) {
    const impaired = Object.keys(components).filter((name) => components[name].status !== "ok");
    const names = impaired.map((name) => words(/** @type {any} */ (`health.${name}`))).join(", ");
    const { comfyui } = components;
    const text = NOT_LOADED.includes(comfyui?.problem)
      ? problem("comfyui", comfyui, comfyui.message ?? "")
      : words(`health.${status}`, { parts: names });
    this.#show(status, text);
    this.parts.replaceChildren(
      ...Object.entries(components).map(([name, part]) => partItem(name, part)),
    );
  }

  /**
   * @param {keyof typeof SYMBOLS} status
   * @param {string} text
   */
  #show(status, text) {
    this.root.dataset.status = status;
    this.symbol.textContent = SYMBOLS[status];
    if (this.text.textContent !== text) this.text.textContent = text;
  }
}

/**
 * Return a part's health as a list item.
 *
 * @param {string} name
 * @param {Part} part
 */
function partItem(name, part) {
  const text = partText(name, part);
  const line = element(
    "li",
    "anime-health-part",
    element("strong", "", words(/** @type {any} */ (`health.${name}`))),
    element("span", "", text),
  );
  line.dataset.status = part.status;
  line.prepend(element("span", "anime-health-symbol", SYMBOLS[part.status] ?? SYMBOLS.unknown));
  // These messages of the server contain the advice or the commands below.
  const repeats = [CPU_ONLY, LATE].includes(part.problem) || name === "packages";
  if (part.status !== "ok" && part.message && part.message !== text && !repeats) {
    const detail = element("p", "anime-quiet", part.message);
    detail.lang = "en"; // the server's own message has no translation
    line.append(detail);
  }
  const advice = adviceFor(name, part);
  if (advice) line.append(element("p", "", advice));
  for (const command of part.commands ?? []) {
    const paragraph = element("p", "", element("code", "", command));
    paragraph.lang = "en";
    line.append(paragraph);
  }
  return line;
}

/**
 * Return a part's health as a sentence.
 *
 * @param {string} name
 * @param {Part} part
 */
function partText(name, part) {
  if (part.status !== "ok" && part.message) return problem(name, part, part.message);
  switch (name) {
    case "comfyui":
      return part.version;
    case "database":
      return words(`health.database_${part.mode === "external" ? "external" : "embedded"}`, {
        server: String(part.server).split(" ")[0], // `16.4` of `16.4 (Debian …)`
      });
    case "outbox":
      return part.backlog
        ? words("health.outbox_backlog", { count: number(part.backlog) })
        : words("health.outbox_empty");
    case "packages":
      return part.missing?.length
        ? words("health.packages_missing", { packages: part.missing.join(", ") })
        : words("health.packages_all");
    case "backups":
      return backupsText(part);
    case "weights":
      return words("health.weights_counts", part);
    case "device":
      return part.name;
    case "onnxruntime":
      return installedPackages(part) || words("health.not_installed");
    case "worker":
      if (part.running) return words("health.worker_running");
      return words(part.message ? "health.worker_not_tracked" : "health.worker_idle");
    default:
      return part.message ?? "";
  }
}

/**
 * Return the state of the daily backups as a sentence.
 *
 * @param {Part} part
 */
function backupsText({ state, newest, bytes, count }) {
  if (state === "off") return words("health.backups_off");
  if (state === "external") return words("health.backups_external");
  if (!newest) return words("health.backups_none");
  const size = number(Math.max(bytes / 1e6, 0.1), "MB", 2);
  return words("health.backups_kept", { age: age(newest, "long"), size, count: number(count) });
}

/**
 * Return the problem of a part that isn't healthy, as a sentence.
 *
 * @param {string} name
 * @param {Part} part
 * @param {string} english the server's message
 */
function problem(name, part, english) {
  const values = { ...part, packages: installedPackages(part) };
  if (name === "comfyui") {
    const missing = part.missing?.join(", ");
    return refusalText({ key: part.problem, values: { ...part, missing } }, english);
  }
  if (part.problem === CPU_ONLY) return words("health.onnxruntime_cpu_only", values);
  if (name === "packages") {
    return words("health.packages_missing", { packages: part.missing.join(", ") });
  }
  if (part.problem === FAILING) return routeText("health.outbox_failing", english, values);
  if (part.problem === LATE) return words("health.outbox_late", values);
  return routeText(`health.${name}_is_${part.status}`, english, values);
}

/**
 * Return the installed packages of a part with their versions.
 *
 * @param {Part} part
 */
function installedPackages({ installed }) {
  return Object.entries(installed ?? {}).map((each) => each.join(" ")).join(", ");
}

/**
 * Return what a user can do about a problem of a part; "" if there is nothing to do.
 *
 * @param {string} name
 * @param {Part} part
 */
function adviceFor(name, part) {
  if (name === "weights") return part.missing ? words("health.weights_do") : "";
  if (name === "packages" && part.commands) return words("health.packages_do");
  if (part.status === "ok") return "";
  if (name === "database") {
    return words(`health.database_${part.mode === "external" ? "external" : "embedded"}_do`);
  }
  if (name === "outbox") {
    if (part.status === "down") return words("health.outbox_do");
    if (part.problem === FAILING) return words("health.outbox_failing_do");
    return words(part.problem === LATE ? "health.outbox_late_do" : "health.refused_do");
  }
  if (name === "onnxruntime") {
    const isCpuOnly = part.problem === CPU_ONLY;
    return words(isCpuOnly ? "health.onnxruntime_cpu_only_do" : "health.onnxruntime_do");
  }
  if (name === "backups") return words("health.backups_do");
  if (name === "device") return words("health.device_do");
  if (name === "worker") return words("health.worker_do");
  return "";
}
