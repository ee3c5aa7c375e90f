/** Command "Health", which opens the health of the pack in a dialog. */

import { HealthFoot } from "../jobs/health.js";
import { words } from "../words.js";
import { openDialog } from "./dialog.js";

// The panel may be open behind the dialog, so the two lists need different ids.
const PARTS = "anime-health-of-dialog";

/** Open a dialog with the health of each part of the pack. */
export function openHealth() {
  const foot = new HealthFoot();
  foot.parts.id = PARTS;
  foot.button.setAttribute("aria-controls", PARTS);
  foot.button.click();
  openDialog(words("health.title"), foot.root);
  foot.activate();
}
