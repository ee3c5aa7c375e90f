import { element } from "../element.js";
import { words } from "../words.js";

/**
 * Opens a window over the editor, which ends with Escape or its button.
 *
 * @param {string} title
 * @param {...Node} children
 */
export function openDialog(title, ...children) {
  const heading = element("h2", "", title);
  const close = button(words("dialog.close"), () => dialog.close());
  const dialog = element("dialog", "anime-dialog", element("header", "", heading, close));
  dialog.setAttribute("aria-label", title);
  dialog.tabIndex = -1; // a click on text leaves the focus, and with it Escape, in here
  dialog.append(...children);
  dialog.addEventListener("close", () => dialog.remove());
  // A key that the editor knows would act on the graph behind.
  dialog.addEventListener("keydown", (event) => event.stopPropagation());
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

/**
 * @param {string} text
 * @param {() => void} act
 */
export function button(text, act) {
  const made = element("button", "anime-button", text);
  made.type = "button";
  made.addEventListener("click", act);
  return made;
}
