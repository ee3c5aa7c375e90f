import { element } from "../element.js";
import { ask, RouteError } from "../requests.js";
import { number, told, words } from "../words.js";

const EVERY = 30_000; // milliseconds
const SYMBOLS = { ok: "●", degraded: "▲", down: "✘", unknown: "?" };

/**
 * @typedef {"ok" | "degraded" | "down"} Status
 * @typedef {{status: Status, message?: string, [more: string]: any}} Part
 * @typedef {{status: Status, components: Record<string, Part>}} Health
 */

/** How the pack is, at the foot: one line, and each part in words behind it. */
export class HealthFoot {
  #timer = 0;
  /** @type {AbortController | null} */
  #asking = null;
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
    this.#say("unknown", words("health.checking"));
  }

  /** It is looked at now. */
  shown() {
    clearInterval(this.#timer);
    this.#timer = setInterval(() => {
      if (this.root.isConnected) this.resync();
      else clearInterval(this.#timer);
    }, EVERY);
    this.resync();
  }

  /**
   * ComfyUI doesn't answer, or does again. Without an answer nothing is known of its parts, and
   * nothing is asked.
   *
   * @param {boolean} silent
   */
  setSilent(silent) {
    this.#silent = silent;
    this.#asking?.abort();
    this.#asking = null;
    if (silent) this.#forget();
    else this.#say("unknown", words("health.checking"));
  }

  async resync() {
    if (this.#asking || this.#silent) return; // it takes seconds where the database is away
    const asking = new AbortController();
    this.#asking = asking;
    try {
      this.#draw(await ask("/anime/health", { signal: asking.signal }));
    } catch (error) {
      if (asking.signal.aborted) return;
      if (!(error instanceof RouteError)) throw error;
      if (error.more.components) this.#draw(/** @type {Health} */ (error.more));
      else this.#forget();
    } finally {
      if (this.#asking === asking) this.#asking = null;
    }
  }

  #forget() {
    this.#say("unknown", words("health.no_answer"));
    this.parts.replaceChildren();
  }

  #toggle() {
    this.parts.hidden = !this.parts.hidden;
    this.button.setAttribute("aria-expanded", String(!this.parts.hidden));
  }

  /** @param {Health} health */
  #draw({ status, components }) {
    const wrong = Object.keys(components).filter((name) => components[name].status !== "ok");
    const names = wrong.map((name) => words(/** @type {any} */ (`health.${name}`))).join(", ");
    this.#say(status, words(`health.${status}`, { parts: names }));
    this.parts.replaceChildren(
      ...Object.entries(components).map(([name, part]) => drawn(name, part)),
    );
  }

  /**
   * @param {keyof typeof SYMBOLS} status
   * @param {string} text
   */
  #say(status, text) {
    this.root.dataset.status = status;
    this.symbol.textContent = SYMBOLS[status];
    if (this.text.textContent !== text) this.text.textContent = text;
  }
}

/**
 * @param {string} name
 * @param {Part} part
 */
function drawn(name, part) {
  const said = sentence(name, part);
  const line = element(
    "li",
    "anime-health-part",
    element("strong", "", words(/** @type {any} */ (`health.${name}`))),
    element("span", "", said),
  );
  line.dataset.status = part.status;
  line.prepend(element("span", "anime-health-symbol", SYMBOLS[part.status] ?? SYMBOLS.unknown));
  if (part.status !== "ok" && part.message && part.message !== said) {
    const detail = element("p", "anime-quiet", part.message);
    detail.lang = "en"; // what only the server knows
    line.append(detail);
  }
  const what = toDo(name, part);
  if (what) line.append(element("p", "", what));
  return line;
}

/**
 * @param {string} name
 * @param {Part} part
 */
function sentence(name, part) {
  if (part.status !== "ok" && part.message) return problem(name, part, part.message);
  switch (name) {
    case "database":
      return words(`health.database_${part.mode === "external" ? "external" : "embedded"}`, {
        server: String(part.server).split(" ")[0], // without the packager's own number
      });
    case "outbox":
      return part.backlog
        ? words("health.outbox_backlog", { count: number(part.backlog) })
        : words("health.outbox_empty");
    case "weights":
      return words("health.weights_counts", part);
    case "device":
      return part.name;
    case "onnxruntime": {
      const found = Object.entries(part.installed ?? {});
      return found.map((each) => each.join(" ")).join(", ") || words("health.not_installed");
    }
    case "worker":
      if (part.running) return words("health.worker_running");
      return words(part.message ? "health.worker_not_tracked" : "health.worker_idle");
    default:
      return part.message ?? "";
  }
}

/**
 * @param {string} name
 * @param {Part} part
 * @param {string} english
 */
function problem(name, part, english) {
  const found = Object.entries(part.installed ?? {});
  const packages = found.map((each) => each.join(" ")).join(", ");
  return told(`health.${name}_is_${part.status}`, english, { ...part, packages });
}

/**
 * What a person can do about it.
 *
 * @param {string} name
 * @param {Part} part
 */
function toDo(name, part) {
  if (name === "weights") return part.missing ? words("health.weights_do") : "";
  if (part.status === "ok") return "";
  if (name === "database") {
    return words(`health.database_${part.mode === "external" ? "external" : "embedded"}_do`);
  }
  if (name === "outbox") {
    return words(part.status === "down" ? "health.outbox_do" : "health.refused_do");
  }
  if (name === "onnxruntime") return words("health.onnxruntime_do");
  if (name === "device") return words("health.device_do");
  if (name === "worker") return words("health.worker_do");
  return "";
}
