/** Extension of the editor that adds the sidebar Anime Jobs. */

import { api } from "../../../scripts/api.js";
import { app } from "../../../scripts/app.js";
import { language, words } from "../words.js";
import { Panel } from "./panel.js";
import { HIDDEN_SETTINGS } from "./remembered.js";
import { RunningJobs } from "./running_jobs.js";

const TAB = "anime-jobs";
const JOB = "anime.job";
const PRODUCTION = "anime.production";

/** @type {Panel | null} the only panel, created when the sidebar is first opened */
let panel = null;

/** Return the panel; it is created anew after a change of the editor's language. */
function currentPanel() {
  if (panel?.language !== language()) panel = new Panel();
  return panel;
}

app.registerExtension({
  name: "animeproduction.Jobs",

  settings: /** @type {any} */ (HIDDEN_SETTINGS),

  async setup() {
    const sidebar = /** @type {any} */ (app).extensionManager.sidebarTab;
    sidebar.registerSidebarTab({
      id: TAB,
      icon: "pi pi-images",
      title: words("panel.title"),
      tooltip: words("panel.tooltip"),
      label: words("panel.label"),
      type: "custom",
      // The editor calls this each time that the tab is opened, and `place` may still contain the
      // elements of another tab.
      render: (/** @type {HTMLElement} */ place) => currentPanel().mount(place),
    });
    // The editor draws a badge again as soon as `iconBadge` of its own tab object is set.
    const tab = sidebar.sidebarTabs.find((/** @type {any} */ each) => each.id === TAB);
    const running = new RunningJobs((count) => {
      if (tab) tab.iconBadge = count ? String(count) : "";
    });

    // The listeners are added only once, here: the editor sends no event when it closes the tab, at
    // which they could be removed.
    listen(JOB, (event) => {
      running.handleEvent(event);
      panel?.handleEvent(JOB, event);
    });
    listen(PRODUCTION, (event) => panel?.handleEvent(PRODUCTION, event));
    listen("reconnected", () => {
      running.count();
      panel?.resync();
    });
    running.count();
  },
});

/**
 * Call a function with the detail of each event of ComfyUI that has this name.
 *
 * @param {string} name
 * @param {(detail: any) => void} handle
 */
function listen(name, handle) {
  /** @type {any} */ (api).addEventListener(name, (/** @type {CustomEvent} */ event) =>
    handle(event.detail),
  );
}
