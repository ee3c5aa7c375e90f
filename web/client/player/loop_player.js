/** Player of a loop on a node: a button that opens it, so that nothing is loaded before. */

import { element } from "../element.js";
import { words } from "../words.js";
import { FlipbookFrames } from "./flipbook.js";
import { wantsNoMotion } from "./motion.js";
import { Player } from "./player.js";

/** @import { Report } from "../report/types.js" */
/** @import { FlipbookPlaces } from "./flipbook.js" */

const USUAL_FPS = 12; // of an older report without a frame rate

/**
 * Return the player of a loop as an element: at first only the button that opens it.
 *
 * @param {Report} report
 * @param {FlipbookPlaces} places of the loop's frames
 * @returns {{part: HTMLElement, destroy(): void}}
 */
export function loopPlayer(report, places) {
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
    const fps = report.fps || USUAL_FPS;
    const opened = new Player(new FlipbookFrames(places), {
      ...{ fps, isLoop: true, hasSlider: true },
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
