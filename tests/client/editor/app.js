/** Stand-in for the editor's `scripts/app.js`: its settings, its messages and the open graph. */

/** @type {Map<string, unknown>} */
export const settings = new Map();

/** @type {any[]} the messages on the screen */
export const toasts = [];

export const app = {
  /** @type {any} */
  rootGraph: null,
  extensionManager: {
    setting: { get: (/** @type {string} */ name) => settings.get(name) },
    toast: {
      add: (/** @type {any} */ message) => void toasts.push(message),
      remove: (/** @type {any} */ message) => void toasts.splice(toasts.indexOf(message), 1),
    },
  },
};

/** @param {string} language that the editor speaks from now on */
export function speak(language) {
  settings.set("Comfy.Locale", language);
}
