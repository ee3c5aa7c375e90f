/** Text that users can select and copy whole, such as an error with an address. */

import { element } from "../element.js";
import { words } from "../words.js";

/**
 * Return a text with a button that copies it.
 *
 * @param {string} text
 * @param {string} [name] name of what the text is about, for users of screen readers
 */
export function copiedText(text, name = "") {
  const message = element("p", "anime-copied-text", text);
  const copy = element("button", "anime-button", words("copy.message"));
  copy.type = "button";
  if (name) copy.setAttribute("aria-label", `${copy.textContent}: ${name}`);
  const state = element("span", "anime-note");
  state.setAttribute("role", "status");
  copy.addEventListener("click", async () => {
    state.textContent = words((await copyText(message)) ? "copy.done" : "copy.selected");
  });
  return { message, copy, state };
}

/**
 * Copy the text of an element to the clipboard. If the browser refuses that, the text is selected.
 *
 * @param {HTMLElement} source element on the page
 */
async function copyText(source) {
  try {
    await navigator.clipboard.writeText(source.textContent ?? "");
    return true;
  } catch {
    // A page that comes neither from this machine nor by https has no clipboard.
    const range = document.createRange();
    range.selectNodeContents(source);
    const selection = document.getSelection();
    selection?.removeAllRanges();
    selection?.addRange(range);
    return document.execCommand("copy");
  }
}
