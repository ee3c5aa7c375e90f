/** Window beside a node with all of its results; only one is open at a time. */

import { element } from "../element.js";
import { words } from "../words.js";

/**
 * Content of the window.
 *
 * @typedef {object} PopupContent
 * @property {string} title
 * @property {HTMLElement[]} parts
 * @property {(frame: number, name?: string) => void} [choose] displays a frame of a measurement
 * @property {() => void} destroy
 */

const DISTANCE = 12; // pixels to the node, and at least 8 to the border of the page
const BORDER = 8;

/** @type {Popup | null} */
let open = null;

/**
 * Open the window of an owner beside an element, or return the one that is open.
 *
 * @param {object} owner
 * @param {HTMLElement} place
 * @param {() => PopupContent} build
 * @returns {Popup}
 */
export function openPopup(owner, place, build) {
  if (open?.owner !== owner) {
    open?.close();
    open = new Popup(owner, place, build());
  }
  return open;
}

/**
 * Close the window of an owner if it is open.
 *
 * @param {object} owner
 */
export function closePopup(owner) {
  if (open?.owner === owner) open.close();
}

/** Window with results. Escape and a button close it; the focus returns to where it was. */
export class Popup {
  /**
   * @param {object} owner
   * @param {HTMLElement} place
   * @param {PopupContent} content
   */
  constructor(owner, place, content) {
    this.owner = owner;
    this.content = content;
    this.opener = /** @type {HTMLElement | null} */ (document.activeElement);
    const button = element("button", "anime-popup-close", "✕");
    button.type = "button";
    button.title = words("popup.close");
    button.setAttribute("aria-label", words("popup.close"));
    button.addEventListener("click", () => this.close());
    const head = element("div", "anime-popup-head", element("h2", "", content.title), button);
    const body = element("div", "anime-popup-body", ...content.parts);
    this.root = element("div", "anime-popup", head, body);
    this.root.tabIndex = -1;
    this.root.setAttribute("role", "dialog");
    this.root.setAttribute("aria-label", content.title);
    // The editor must not take keys for its own, such as Delete for the selected node.
    this.root.addEventListener("keydown", (event) => event.stopPropagation());
    this.onKey = (/** @type {KeyboardEvent} */ event) => {
      if (event.key !== "Escape") return;
      event.preventDefault();
      event.stopPropagation();
      this.close();
    };
    document.addEventListener("keydown", this.onKey, { capture: true });
    document.body.append(this.root);
    this.resized = new ResizeObserver(() => this.#place(place));
    this.resized.observe(this.root);
    this.#place(place);
  }

  focus() {
    this.root.focus();
  }

  close() {
    if (open === this) open = null;
    document.removeEventListener("keydown", this.onKey, { capture: true });
    this.resized.disconnect();
    const isFocused = this.root.contains(document.activeElement);
    this.content.destroy();
    this.root.remove();
    if (isFocused) this.opener?.focus();
  }

  /**
   * Put the window beside an element: on its right, else on its left, always within the page.
   *
   * @param {HTMLElement} place
   */
  #place(place) {
    const { left, right, top } = place.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = this.root;
    const fitsRight = right + DISTANCE + width + BORDER <= innerWidth;
    const beside = fitsRight ? right + DISTANCE : left - DISTANCE - width;
    const x = Math.min(Math.max(beside, BORDER), innerWidth - width - BORDER);
    const y = Math.min(Math.max(top, BORDER), innerHeight - height - BORDER);
    this.root.style.left = `${Math.max(x, BORDER)}px`;
    this.root.style.top = `${Math.max(y, BORDER)}px`;
  }
}
