/** Extension of the editor that adds the pack's settings, commands and menu. */

import { api } from "../../../scripts/api.js";
import { app } from "../../../scripts/app.js";
import { useStyleSheet } from "../element.js";
import { databaseState } from "./database.js";
import { openHealth } from "./health.js";
import { PROFILE, profiles, useDefaultProfile } from "./profile.js";
import { trackingChoice } from "./tracking.js";
import { handleWeightEvent, openWeights, weightsButton } from "./weights.js";

const GROUP = "Anime Production";
const JOBS_TAB = "anime-jobs";

useStyleSheet(new URL("./settings.css", import.meta.url).href);

const extension = {
  name: "animeproduction.Settings",

  // The names are English, as in locales/en. The editor displays the names of its language.
  commands: [
    {
      id: "AnimeProduction.OpenJobs",
      label: "Anime Production: open Anime Jobs (history of renders)",
      menubarLabel: "Anime Jobs",
      icon: "pi pi-images",
      function: openJobs,
    },
    {
      id: "AnimeProduction.DownloadWeights",
      label: "Anime Production: download weights (models that measures use)",
      menubarLabel: "Download weights",
      icon: "pi pi-download",
      function: openWeights,
    },
    {
      id: "AnimeProduction.Health",
      label: "Anime Production: health (database, weights, device)",
      menubarLabel: "Health of Anime Production",
      icon: "pi pi-heart",
      function: openHealth,
    },
  ],
  menuCommands: [
    {
      path: [GROUP],
      commands: [
        "AnimeProduction.OpenJobs",
        "AnimeProduction.DownloadWeights",
        "AnimeProduction.Health",
      ],
    },
  ],

  settings: [
    {
      id: PROFILE,
      category: [GROUP, "Nodes", "Profile"],
      name: "Profile of new nodes",
      tooltip: "Limits for a pass, used by nodes that are added from now on.",
      type: "combo",
      defaultValue: "supporting",
      options: profiles,
    },
    {
      id: "AnimeProduction.Tracking",
      category: [GROUP, "Jobs", "Tracking"],
      name: "Prompts that are remembered",
      tooltip: "It holds for everybody who uses this ComfyUI, not only for this browser.",
      type: trackingChoice,
      defaultValue: null,
    },
    {
      id: "AnimeProduction.Database",
      category: [GROUP, "Jobs", "Database"],
      name: "Database",
      tooltip: "ANIME_DATABASE_URL or the private config file sets it. Its address is never shown.",
      type: databaseState,
      defaultValue: null,
    },
    {
      id: "AnimeProduction.Weights",
      category: [GROUP, "Weights", "Download"],
      name: "Weights of measures",
      tooltip: "Weights are optional, and none are downloaded automatically.",
      type: weightsButton,
      defaultValue: null,
    },
  ],

  nodeCreated: useDefaultProfile,

  setup() {
    /** @type {any} */ (api).addEventListener(
      "anime.weights",
      (/** @type {CustomEvent} */ event) => handleWeightEvent(event.detail),
    );
  },
};

app.registerExtension(/** @type {any} */ (extension));

/** Open the sidebar Anime Jobs; if it is open, it stays open. */
function openJobs() {
  const tabs = /** @type {any} */ (app).extensionManager.sidebarTab;
  if (tabs.activeSidebarTabId !== JOBS_TAB) tabs.toggleSidebarTab(JOBS_TAB);
}
