import { element, useStyleSheet } from "../element.js";
import { language, words } from "../words.js";
import { HealthFoot } from "./health.js";
import { JobsView } from "./jobs_view.js";
import { ServerBanner } from "./server_banner.js";
import { ServerWatch } from "./server_watch.js";
import { JobDetail } from "./detail/detail.js";
import { Productions } from "../productions/productions.js";
import { Trend } from "../trend/trend.js";

for (const sheet of ["./panel.css", "./list.css", "./health.css"]) {
  useStyleSheet(new URL(sheet, import.meta.url).href);
}

/** @typedef {"jobs" | "productions" | "trend"} TabName */
/** @typedef {{root: HTMLElement, told?(detail: any): void, resync(): void}} View */

const TABS = /** @type {const} */ (["jobs", "productions", "trend"]);

/** What each kind of event is about. */
const HEARD_BY = { "anime.job": ["jobs", "detail"], "anime.production": ["productions", "detail"] };

/**
 * Everything in the sidebar: three tabs, the detail of a job, the health at the foot, and a banner
 * while ComfyUI doesn't answer.
 */
export class Panel {
  constructor() {
    this.language = language();
    /** @type {TabName} */
    this.tab = "jobs";
    this.detailOpen = false;
    /** @type {TabName} where the detail was opened */
    this.cameFrom = "jobs";
    const openJob = (/** @type {string} */ id) => this.openJob(id);
    const troubled = () => {
      this.health.resync();
      this.watch.look();
    };
    this.list = new JobsView({ openJob, troubled });
    this.detail = new JobDetail({
      back: () => this.back(),
      openJob,
      openProduction: (/** @type {string} */ id) => this.openProduction(id),
    });
    this.productions = new Productions({ openJob });
    this.trend = new Trend();
    this.health = new HealthFoot();
    this.banner = new ServerBanner();
    this.watch = new ServerWatch({
      isWatched: () => this.root.isConnected,
      changed: (silentSince) => this.#serverChanged(silentSince),
    });
    this.tabs = new Map(TABS.map((name) => [name, this.#tab(name)]));
    const bar = element("div", "anime-tabs", ...this.tabs.values());
    bar.setAttribute("role", "tablist");
    bar.setAttribute("aria-label", words("panel.views"));
    bar.addEventListener("keydown", (event) => this.#moved(event));
    this.view = element("div", "anime-view");
    this.view.id = "anime-panel-view";
    this.view.setAttribute("role", "tabpanel");
    const { banner, health } = this;
    this.root = element("section", "anime-panel", banner.root, bar, this.view, health.root);
    this.root.setAttribute("aria-label", words("panel.title"));
    this.#display();
  }

  /**
   * Shows the panel in the place that the editor has for it now.
   *
   * @param {HTMLElement} place
   */
  mount(place) {
    if (this.root.parentElement !== place || place.childNodes.length !== 1) {
      place.replaceChildren(this.root);
    }
    if (this.root.isConnected) this.#looked();
    // The editor puts the place into the page only after this.
    else requestAnimationFrame(() => this.root.isConnected && this.#looked());
  }

  #looked() {
    const { silentSince } = this.watch;
    if (silentSince !== null) this.banner.show(silentSince);
    this.watch.start();
    this.health.shown();
    this.#shown().shown?.();
  }

  /** @param {number | null} silentSince since when ComfyUI doesn't answer; null: it does again */
  #serverChanged(silentSince) {
    const silent = silentSince !== null;
    this.root.dataset.server = silent ? "silent" : "answers";
    this.health.setSilent(silent);
    if (silent) return this.banner.show(silentSince);
    this.banner.hide();
    this.resync();
  }

  /**
   * @param {keyof typeof HEARD_BY} kind
   * @param {any} detail
   */
  told(kind, detail) {
    if (kind === "anime.job") this.list.told(detail); // it takes note while it isn't looked at
    const shown = this.#name();
    if (shown !== "jobs" && this.root.isConnected && HEARD_BY[kind].includes(shown)) {
      this.#shown().told?.(detail);
    }
  }

  /** Messages were missed: the connection to ComfyUI was broken. */
  resync() {
    this.list.resync();
    if (!this.root.isConnected) return;
    this.health.resync();
    if (this.#name() !== "jobs") this.#shown().resync();
  }

  /** @param {string} id */
  openJob(id) {
    if (!this.detailOpen) this.cameFrom = this.tab;
    this.detailOpen = true;
    this.#display();
    this.detail.show(id);
  }

  /** From a job's detail to where it was opened. */
  back() {
    this.detailOpen = false;
    this.tab = this.cameFrom;
    this.#display();
    if (this.tab === "jobs") this.list.focus();
    else this.tabs.get(this.tab)?.focus();
  }

  /** @param {string} id */
  openProduction(id) {
    this.detailOpen = false;
    this.tab = "productions";
    this.#display();
    this.productions.show(id);
  }

  /** @param {TabName} name */
  openTab(name) {
    this.detailOpen = false;
    this.tab = name;
    this.#display();
    if (name === "productions") this.productions.show();
    if (name === "trend") this.trend.show(this.list.filters.values);
  }

  #name() {
    return this.detailOpen ? "detail" : this.tab;
  }

  /** @returns {View & {shown?(): void}} */
  #shown() {
    const views = {
      jobs: this.list,
      detail: this.detail,
      productions: this.productions,
      trend: this.trend,
    };
    return views[this.#name()];
  }

  #display() {
    for (const [name, button] of this.tabs) {
      const chosen = name === this.tab;
      button.setAttribute("aria-selected", String(chosen));
      button.tabIndex = chosen ? 0 : -1;
    }
    this.view.setAttribute("aria-labelledby", `anime-tab-${this.tab}`);
    const view = this.#shown();
    if (view.root.parentElement !== this.view) this.view.replaceChildren(view.root);
    if (this.root.isConnected) view.shown?.();
  }

  /** @param {TabName} name */
  #tab(name) {
    const button = element("button", "anime-tab", words(`panel.${name}`));
    button.type = "button";
    button.id = `anime-tab-${name}`;
    button.setAttribute("role", "tab");
    button.setAttribute("aria-controls", "anime-panel-view");
    button.addEventListener("click", () => this.openTab(name));
    return button;
  }

  /** @param {KeyboardEvent} event */
  #moved(event) {
    const steps = { ArrowRight: 1, ArrowLeft: -1 };
    const step = steps[/** @type {keyof typeof steps} */ (event.key)];
    if (!step) return;
    event.preventDefault();
    const next = TABS[(TABS.indexOf(this.tab) + step + TABS.length) % TABS.length];
    this.openTab(next);
    this.tabs.get(next)?.focus();
  }
}
