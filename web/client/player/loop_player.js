/** Player of a loop on a node: a button that opens it, so that nothing is loaded before. */

import { element } from "../element.js";
import { words } from "../words.js";
import { FlipbookFrames } from "./flipbook.js";
import { wantsNoMotion } from "./motion.js";
import { Player } from "./player.js";

/** @import { Report } from "../report/types.js" */
/** @import { FlipbookPlaces } from "./flipbook.js" */

// Pixels on a node: those of the lowest picture and of the controls below it, as in player.css.
const LEAST_ROOM = 124;

/**
 * Return the player of a loop as an element: at first only the button that opens it.
 *
 * @param {Report} report
 * @param {FlipbookPlaces} places of the loop's frames
 * @param {() => HTMLElement | null} [openWindow] opens and returns a window with all results, where
 *   the loop is played if the node has little room
 * @returns {{part: HTMLElement, destroy(): void}}
 */
export function loopPlayer(report, places, openWindow) {
  /** @type {Player | null} */
  let player = null;
  const open = element("button", "anime-play-open");
  const sign = element("span", "", "▶");
  sign.setAttribute("aria-hidden", "true");
  open.type = "button";
  open.append(sign, ` ${words("player.open")}`);
  const part = element("div", "anime-play", open);
  const close = () => {
    player?.destroy();
    player = null;
    part.replaceChildren(open);
  };
  open.addEventListener("click", async () => {
    if (openWindow && roomFor(part) < LEAST_ROOM) {
      /** @type {HTMLElement | null | undefined} */
      const inWindow = openWindow()?.querySelector(".anime-play-open");
      inWindow?.click();
      return;
    }
    const opened = new Player(new FlipbookFrames(places), {
      ...{ fps: report.fps, isLoop: true, hasSlider: true },
      onClose() {
        close();
        open.focus();
      },
    });
    player = opened;
    part.replaceChildren(opened.root);
    opened.controls.play.focus({ preventScroll: true });
    const isLoaded = await opened.load();
    part.scrollIntoView?.({ block: "nearest" });
    if (isLoaded && !wantsNoMotion()) await opened.play();
  });
  return { part, destroy: close };
}

/**
 * Return the height that a node has for a player, in pixels.
 *
 * @param {HTMLElement} part of the node's results
 */
function roomFor(part) {
  return parseFloat(getComputedStyle(part).getPropertyValue("--anime-room")) || Infinity;
}
