/** Stand-in for the page: as much of `document` and its elements as the client's logic needs. */

class Element extends EventTarget {
  className = "";
  dataset = {};
  style = { setProperty: () => {} };
  /** @type {(Element | string)[]} */
  children = [];
  /** @type {Element | null} */
  parent = null;
  attributes = new Map();

  /** @param {string} tag */
  constructor(tag) {
    super();
    this.tag = tag;
  }

  get textContent() {
    const texts = this.children.map((each) => (each instanceof Element ? each.textContent : each));
    return texts.join("");
  }

  set textContent(text) {
    this.children = text ? [text] : [];
  }

  get classList() {
    const names = new Set(this.className.split(" ").filter(Boolean));
    const write = () => (this.className = [...names].join(" "));
    return {
      contains: (name) => names.has(name),
      add: (name) => names.add(name) && write(),
      remove: (name) => names.delete(name) && write(),
      toggle: (name, on) => (on ? names.add(name) : names.delete(name), write()),
    };
  }

  setAttribute(name, value) {
    this.attributes.set(name, value);
  }

  append(...children) {
    this.#put(children, this.children.length);
  }

  prepend(...children) {
    this.#put(children, 0);
  }

  replaceChildren(...children) {
    this.children = [];
    this.append(...children);
  }

  remove() {
    if (this.parent) this.parent.children = this.parent.children.filter((each) => each !== this);
  }

  /** @param {string} selector `.name` of a class */
  querySelector(selector) {
    for (const child of this.children) {
      if (typeof child === "string") continue;
      if (child.classList.contains(selector.slice(1))) return child;
      const match = child.querySelector(selector);
      if (match) return match;
    }
    return null;
  }

  #put(children, at) {
    for (const child of children) if (child instanceof Element) child.parent = this;
    this.children.splice(at, 0, ...children);
  }
}

class Page extends EventTarget {
  hidden = false;

  createElement(tag) {
    return new Element(tag);
  }

  /** @param {boolean} hidden the browser's tab is in the background */
  setHidden(hidden) {
    this.hidden = hidden;
    this.dispatchEvent(new Event("visibilitychange"));
  }
}

/** Element sizes never change here. */
class ResizeObserver {
  observe() {}
  disconnect() {}
}

/** What the browser keeps for this page. */
class Storage extends Map {
  getItem = (/** @type {string} */ key) => this.get(key) ?? null;
  setItem = (/** @type {string} */ key, /** @type {string} */ value) => void this.set(key, value);
}

export const page = new Page();
const localStorage = { value: new Storage(), configurable: true };
Object.assign(globalThis, { document: page, ResizeObserver });
Object.defineProperty(globalThis, "localStorage", localStorage); // newer versions of node have one
