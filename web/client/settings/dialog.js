/** Dialogs over the editor, for settings and commands. */

import { element } from "../element.js";
import { words } from "../words.js";

/**
 * Open a dialog over the editor; Escape or its button closes it.
 *
 * @param {string} title
 * @param {...Node} children
 */
export function openDialog(title, ...children) {
  const heading = element("h2", "", title);
  const close = button(words("dialog.close"), () => dialog.close());
  const dialog = element("dialog", "anime-dialog", element("header", "", heading, close));
  dialog.setAttribute("aria-label", title);
  dialog.tabIndex = -1; // keeps the focus in the dialog after a click on text, so that Escape works
  dialog.append(...children);
  dialog.addEventListener("close", () => dialog.remove());
  // The editor would treat a key as one of its shortcuts and change the graph.
  dialog.addEventListener("keydown", (event) => event.stopPropagation());
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

/**
 * Return a button.
 *
 * @param {string} text
 * @param {() => void} act
 */
export function button(text, act) {
  const created = element("button", "anime-button", text);
  created.type = "button";
  created.addEventListener("click", act);
  return created;
}
