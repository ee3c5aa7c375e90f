/** Panel of the sidebar Anime Jobs. */

import { element, useStyleSheet } from "../element.js";
import { language, words } from "../words.js";
import { HealthFoot } from "./health.js";
import { JobsView } from "./jobs_view.js";
import { ServerBanner } from "./server_banner.js";
import { ServerWatch } from "./server_watch.js";
import { Comparison } from "./compare/comparison.js";
import { JobDetail } from "./detail/detail.js";
import { takeDroppedFiles } from "../productions/ordering/drop_target.js";
import { Productions } from "../productions/productions.js";
import { Trend } from "../trend/trend.js";

for (const sheet of ["./panel.css", "./list.css", "./select.css", "./health.css"]) {
  useStyleSheet(new URL(sheet, import.meta.url).href);
}

/** @import { OrderStart } from "../productions/ordering/order_form.js" */

/** @typedef {"jobs" | "productions" | "trend"} TabName */
/** @typedef {{root: HTMLElement, handleEvent?(detail: any): void, resync(): void}} View */

const TABS = /** @type {const} */ (["jobs", "productions", "trend"]);

/** Views that handle each kind of event. */
const VIEWS_OF_EVENT = {
  "anime.job": ["jobs", "detail"],
  "anime.production": ["productions", "detail"],
};

/**
 * Content of the sidebar: three tabs, the detail of a job, the health at the foot, and a banner
 * while ComfyUI doesn't answer.
 */
export class Panel {
  constructor() {
    this.language = language();
    /** @type {TabName} */
    this.tab = "jobs";
    this.detailOpen = false;
    this.comparisonOpen = false; // below the detail, if that is open too
    /** @type {TabName} tab in which the detail was opened */
    this.returnTab = "jobs";
    const openJob = (/** @type {string} */ id) => this.openJob(id);
    const onProblemChange = () => {
      this.health.resync();
      this.watch.check();
    };
    const compare = (/** @type {string[]} */ ids) => this.openComparison(ids);
    this.list = new JobsView({ openJob, compare, onProblemChange });
    this.comparison = new Comparison({ back: () => this.back(), openJob });
    this.detail = new JobDetail({
      back: () => this.back(),
      openJob,
      openProduction: (/** @type {string} */ id) => this.openProduction(id),
      order: (/** @type {OrderStart} */ start) => this.order(start),
      changed: () => this.list.refresh(),
    });
    this.productions = new Productions({ openJob });
    this.trend = new Trend();
    this.health = new HealthFoot();
    this.banner = new ServerBanner();
    this.watch = new ServerWatch({
      isWatched: () => this.root.isConnected,
      onChange: (silentSince) => this.#serverChanged(silentSince),
    });
    this.tabs = new Map(TABS.map((name) => [name, this.#tab(name)]));
    const bar = element("div", "anime-tabs", ...this.tabs.values());
    bar.setAttribute("role", "tablist");
    bar.setAttribute("aria-label", words("panel.views"));
    bar.addEventListener("keydown", (event) => this.#pressed(event));
    this.view = element("div", "anime-view");
    this.view.id = "anime-panel-view";
    this.view.setAttribute("role", "tabpanel");
    const { banner, health } = this;
    this.root = element("section", "anime-panel", banner.root, bar, this.view, health.root);
    this.root.setAttribute("aria-label", words("panel.title"));
    this.#display();
  }

  /**
   * Put the panel into the element that the editor provides for it.
   *
   * @param {HTMLElement} place
   */
  mount(place) {
    if (this.root.parentElement !== place || place.childNodes.length !== 1) {
      place.replaceChildren(this.root);
    }
    if (this.root.isConnected) this.#activate();
    // The editor may add the element to the page only after this call.
    else requestAnimationFrame(() => this.root.isConnected && this.#activate());
  }

  #activate() {
    const { silentSince } = this.watch;
    if (silentSince !== null) this.banner.show(silentSince);
    this.watch.start();
    this.health.activate();
    this.#currentView().activate?.();
  }

  /**
   * Display whether ComfyUI answers.
   *
   * @param {number | null} silentSince time of the first unanswered request, by
   *   `performance.now`; null if ComfyUI answers
   */
  #serverChanged(silentSince) {
    const silent = silentSince !== null;
    this.root.dataset.server = silent ? "silent" : "answers";
    this.health.setSilent(silent);
    if (silent) return this.banner.show(silentSince);
    this.banner.hide();
    this.resync();
  }

  /**
   * Pass an event to the views that handle it.
   *
   * @param {keyof typeof VIEWS_OF_EVENT} kind
   * @param {any} detail
   */
  handleEvent(kind, detail) {
    if (kind === "anime.job") this.list.handleEvent(detail); // also while it is hidden
    const name = this.#currentViewName();
    if (name !== "jobs" && this.root.isConnected && VIEWS_OF_EVENT[kind].includes(name)) {
      this.#currentView().handleEvent?.(detail);
    }
  }

  /** Load everything again, because the connection to ComfyUI was broken and events were missed. */
  resync() {
    this.list.resync();
    if (!this.root.isConnected) return;
    this.health.resync();
    if (this.#currentViewName() !== "jobs") this.#currentView().resync();
  }

  /** @param {string} id */
  openJob(id) {
    if (!this.detailOpen) this.returnTab = this.tab;
    this.detailOpen = true;
    this.#display();
    this.detail.show(id);
  }

  /**
   * Compare two jobs.
   *
   * @param {string[]} ids
   */
  openComparison(ids) {
    this.detailOpen = false;
    this.comparisonOpen = true;
    this.returnTab = this.tab;
    this.#display();
    this.comparison.show(ids);
  }

  /** Go back from a job's detail or a comparison to where it was opened. */
  back() {
    if (this.comparisonOpen && this.detailOpen) {
      this.detailOpen = false;
      this.#display();
      this.comparison.heading.focus({ preventScroll: true });
      return;
    }
    this.detailOpen = false;
    this.comparisonOpen = false;
    this.tab = this.returnTab;
    this.#display();
    if (this.tab === "jobs") this.list.focus(this.detail.jobId);
    else this.tabs.get(this.tab)?.focus();
  }

  /** @param {string} id */
  openProduction(id) {
    this.detailOpen = false;
    this.comparisonOpen = false;
    this.tab = "productions";
    this.#display();
    this.productions.show(id);
  }

  /**
   * Open the form for a production.
   *
   * @param {OrderStart} start
   */
  order(start) {
    this.detailOpen = false;
    this.tab = "productions";
    this.#display();
    this.productions.order(start);
  }

  /** @param {TabName} name */
  openTab(name) {
    this.detailOpen = false;
    this.comparisonOpen = false;
    this.tab = name;
    this.#display();
    if (name === "productions") this.productions.show();
    if (name === "trend") this.trend.show(this.list.filters.values);
  }

  /**
   * Begin a production with a picture that was dropped onto the tab Productions.
   *
   * @param {File} file
   */
  #dropped(file) {
    this.detailOpen = false;
    this.tab = "productions";
    this.#display();
    this.productions.take(file);
  }

  #currentViewName() {
    if (this.detailOpen) return "detail";
    return this.comparisonOpen ? "comparison" : this.tab;
  }

  /** @returns {View & {activate?(): void}} */
  #currentView() {
    const views = {
      jobs: this.list,
      detail: this.detail,
      comparison: this.comparison,
      productions: this.productions,
      trend: this.trend,
    };
    return views[this.#currentViewName()];
  }

  #display() {
    for (const [name, button] of this.tabs) {
      const chosen = name === this.tab;
      button.setAttribute("aria-selected", String(chosen));
      button.tabIndex = chosen ? 0 : -1;
    }
    this.view.setAttribute("aria-labelledby", `anime-tab-${this.tab}`);
    const view = this.#currentView();
    if (view.root.parentElement !== this.view) this.view.replaceChildren(view.root);
    if (this.root.isConnected) view.activate?.();
  }

  /** @param {TabName} name */
  #tab(name) {
    const button = element("button", "anime-tab", words(`panel.${name}`));
    button.type = "button";
    button.id = `anime-tab-${name}`;
    button.setAttribute("role", "tab");
    button.setAttribute("aria-controls", "anime-panel-view");
    button.addEventListener("click", () => this.openTab(name));
    if (name === "productions") takeDroppedFiles(button, (file) => this.#dropped(file));
    return button;
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    const steps = { ArrowRight: 1, ArrowLeft: -1 };
    const step = steps[/** @type {keyof typeof steps} */ (event.key)];
    if (!step) return;
    event.preventDefault();
    const next = TABS[(TABS.indexOf(this.tab) + step + TABS.length) % TABS.length];
    this.openTab(next);
    this.tabs.get(next)?.focus();
  }
}
