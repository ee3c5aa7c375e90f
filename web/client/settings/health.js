import { HealthFoot } from "../jobs/health.js";
import { words } from "../words.js";
import { openDialog } from "./dialog.js";

const PARTS = "anime-health-of-dialog"; // the panel may be open behind

/** Opens what the panel has at its foot, with each part of the pack in words. */
export function openHealth() {
  const foot = new HealthFoot();
  foot.parts.id = PARTS;
  foot.button.setAttribute("aria-controls", PARTS);
  foot.button.click();
  openDialog(words("health.title"), foot.root);
  foot.shown();
}
