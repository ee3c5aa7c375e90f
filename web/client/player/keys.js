/** Keys of a player. */

/** @import { Player } from "./player.js" */

/**
 * Do what a key means to a player, and keep its keys from the canvas.
 *
 * @param {Player} player
 * @param {KeyboardEvent} event
 */
export function onPlayerKey(player, event) {
  const { key, target } = event;
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const { options, source, place } = player;
  /** @type {Record<string, () => unknown>} */
  const steps = {
    ArrowLeft: () => player.step(-1),
    ArrowRight: () => player.step(1),
    Home: () => player.step(-place),
    End: () => player.step(source.numbers.length - 1 - place),
  };
  const ends = {
    s: () => player.setSlow(!player.isSlow),
    o: () => player.setOnion(!player.isOnion),
  };
  const mixes = target instanceof HTMLInputElement && player.isOnion;
  /** @type {Record<string, () => unknown>} */
  const actions = {
    ...(target instanceof HTMLButtonElement ? {} : { " ": () => player.toggle() }),
    ...(mixes ? {} : steps),
    ...(options.onClose ? { Escape: options.onClose } : {}),
    ...(options.isLoop ? ends : {}),
  };
  // The canvas has keys of its own.
  if (actions[key] || (key !== "Escape" && key !== "Tab")) event.stopPropagation();
  if (!actions[key]) return;
  event.preventDefault();
  actions[key]();
}
