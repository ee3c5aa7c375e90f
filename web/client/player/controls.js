/** Buttons and sliders of a player. */

import { element } from "../element.js";
import { words } from "../words.js";

/** @import { Player } from "./player.js" */
/** @import { Key } from "../words.js" */

/**
 * Return the controls of a player.
 *
 * @param {Player} player
 */
export function playerControls(player) {
  const { source, options } = player;
  const last = source.frames - 1;
  const play = button("anime-player-play", () => player.toggle());
  const text = element("span", "anime-player-number");
  const slider = range(last, words("player.scrub"));
  slider.addEventListener("input", () => player.show(Number(slider.value)));
  const first = element("div", "anime-player-bar", play);
  if (options.hasSlider) first.append(slider);
  const slow = toggle("player.slow", "s", () => player.setSlow(!player.isSlow));
  const onion = toggle("player.onion", "o", () => player.setOnion(!player.isOnion));
  const mix = range(100, words("player.mix"));
  mix.classList.add("anime-player-mix");
  mix.value = String(player.mix);
  mix.addEventListener("input", () => {
    player.setMix(Number(mix.value));
    update();
  });
  first.append(mix, text); // one slider is displayed at a time, because a node has little room
  if (options.onClose) {
    const close = button("anime-player-close", options.onClose);
    close.textContent = "✕";
    name(close, words("player.close"));
    first.append(close);
  }
  const root = element("div", "anime-player-controls", first);
  if (options.isLoop) root.append(element("div", "anime-player-bar", slow, onion));

  /** @param {number} frame */
  const showFrame = (frame) => {
    slider.value = String(frame);
    text.textContent = words("player.number", { frame, last });
    if (player.isPlaying) return; // nobody can listen to so many numbers
    player.canvas.setAttribute("aria-label", words("curve.picture", { frame }));
  };
  /** Display the state of the player. */
  const update = () => {
    play.textContent = player.isPlaying ? "❚❚" : "▶";
    name(play, words(player.isPlaying ? "player.pause" : "player.play"));
    slow.setAttribute("aria-pressed", String(player.isSlow));
    onion.setAttribute("aria-pressed", String(player.isOnion));
    slider.hidden = player.isOnion;
    mix.hidden = !player.isOnion;
    if (player.isOnion) text.textContent = words("player.percent", { percent: player.mix });
    else showFrame(player.frame);
  };
  update();
  return { root, play, slider, update, showFrame };
}

/**
 * @param {string} className
 * @param {() => void} onPress
 */
function button(className, onPress) {
  const created = element("button", `anime-player-button ${className}`);
  created.type = "button";
  created.addEventListener("click", onPress);
  return created;
}

/**
 * Return a button that is on or off.
 *
 * @param {Key} key of its text
 * @param {string} letter that does the same
 * @param {() => void} onPress
 */
function toggle(key, letter, onPress) {
  const created = button("anime-player-toggle", onPress);
  created.textContent = words(key);
  created.title = words("player.by_key", { name: words(key), key: letter.toUpperCase() });
  created.setAttribute("aria-keyshortcuts", letter);
  return created;
}

/**
 * @param {number} most
 * @param {string} label
 */
function range(most, label) {
  const created = element("input", "anime-player-range");
  Object.assign(created, { type: "range", min: "0", max: String(most), step: "1", value: "0" });
  created.setAttribute("aria-label", label);
  created.title = label;
  return created;
}

/**
 * @param {HTMLElement} named
 * @param {string} label
 */
function name(named, label) {
  named.title = label;
  named.setAttribute("aria-label", label);
}
