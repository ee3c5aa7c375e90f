/** Messages in the corner of the editor. */

import { app } from "../../../scripts/app.js";

/** @typedef {"info" | "success" | "warn" | "error"} Severity */

/**
 * Show a message in the corner of the editor.
 *
 * @param {Severity} severity
 * @param {string} summary first line
 * @param {string} detail the lines below it
 * @param {number} [life] milliseconds until it goes; without it, it stays until somebody closes it
 * @returns {() => void} removes the message
 */
export function showToast(severity, summary, detail, life) {
  const { toast } = /** @type {any} */ (app).extensionManager;
  if (toast.remove) {
    const message = { severity, summary, detail, life };
    toast.add(message);
    return () => toast.remove(message);
  }
  // Editor 1.58 removes messages by an id, which `add` doesn't return.
  const show = severity === "warn" ? toast.warning : toast[severity];
  const id = show(summary, { description: detail, duration: life });
  return () => toast.dismiss(id);
}
