import { api } from "../../../scripts/api.js";
import { app } from "../../../scripts/app.js";
import { language, words } from "../words.js";
import { Panel } from "./panel.js";
import { Running } from "./running.js";

const TAB = "anime-jobs";
const JOB = "anime.job";
const PRODUCTION = "anime.production";

/** @type {Panel | null} the only one, made when it is first looked at */
let panel = null;

/** The panel, in the language that the editor speaks now. */
function thePanel() {
  if (panel?.language !== language()) panel = new Panel();
  return panel;
}

app.registerExtension({
  name: "AnimeProduction.Jobs",

  async setup() {
    const workspace = /** @type {any} */ (app).extensionManager;
    workspace.registerSidebarTab({
      id: TAB,
      icon: "pi pi-images",
      title: words("panel.title"),
      tooltip: words("panel.tooltip"),
      label: words("panel.label"),
      type: "custom",
      // It may come again and again, and find another tab's elements in its place.
      render: (/** @type {HTMLElement} */ place) => thePanel().mount(place),
    });
    // The editor holds tabs as reactive objects: what is set on this one is drawn.
    const tab = workspace.getSidebarTabs().find((/** @type {any} */ each) => each.id === TAB);
    const running = new Running((count) => {
      if (tab) tab.iconBadge = count ? String(count) : "";
    });

    // Here alone and once: the tab comes and goes without a word.
    listen(JOB, (event) => {
      running.told(event);
      panel?.told(JOB, event);
    });
    listen(PRODUCTION, (event) => panel?.told(PRODUCTION, event));
    listen("reconnected", () => {
      running.count();
      panel?.resync();
    });
    running.count();
  },
});

/**
 * @param {string} name
 * @param {(detail: any) => void} heard
 */
function listen(name, heard) {
  /** @type {any} */ (api).addEventListener(name, (/** @type {CustomEvent} */ event) =>
    heard(event.detail),
  );
}
