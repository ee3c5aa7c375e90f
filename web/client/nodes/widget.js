/** Widget that displays results on a node. */

import { element } from "../element.js";
import { language, words } from "../words.js";
import { isOff } from "./find.js";
import { partialParts } from "./partial.js";
import { dropPictures } from "./pictures.js";
import { closePopup, openPopup } from "./popup.js";
import { findPreview, select } from "./preview.js";
import { SAVES } from "./reach.js";
import { resultParts } from "./results.js";
import { ResultsPlace } from "./results_place.js";
import { openRemedies, remedyButton } from "../remedies/menu.js";
import { ownEntries } from "./own_entries.js";

/**
 * @import { Report } from "../report/types.js"
 * @import { ResultParts, Results } from "./results.js"
 * @import { Run } from "./run.js"
 *
 * @typedef {{results: Results, run: Run, path: string, earlier: boolean}} ShownResults
 * @typedef {{report: Report, run: Run, path: string}} PartialResults
 * @typedef {{run: Run, path: string, name: string, failed: boolean}} UnreachedNode `name`: title of
 *   the node that blocked or failed; empty if there is none
 */

/** @type {WeakMap<object, NodeResults>} */
const widgets = new WeakMap();

/**
 * Display results on a node.
 *
 * @param {any} node
 * @param {ShownResults} results
 */
export function showResults(node, results) {
  widgetOf(node).update(results);
}

/**
 * Display on a node what it has measured so far, instead of any earlier results.
 *
 * @param {any} node
 * @param {PartialResults} results
 */
export function showPartial(node, results) {
  widgetOf(node).updatePartial(results);
}

/**
 * Display on a node that a run did not reach it, instead of any earlier results.
 *
 * @param {any} node
 * @param {UnreachedNode} reason
 */
export function showUnreached(node, reason) {
  widgetOf(node).updateUnreached(reason);
}

/**
 * Remove the results from a node.
 *
 * @param {any} node
 */
export function clear(node) {
  widgets.get(node)?.remove();
  widgets.delete(node);
}

/**
 * Fit the results of a node to the room that there is, after nodes were moved.
 *
 * @param {any} node
 */
export function fit(node) {
  widgets.get(node)?.place.fit();
}

/** @param {any} node */
function widgetOf(node) {
  let widget = widgets.get(node);
  if (!widget) {
    widget = new NodeResults(node);
    widgets.set(node, widget);
  }
  return widget;
}

/**
 * Widget of one node: an element whose value is saved neither in the prompt nor in the workflow.
 */
class NodeResults {
  /** @param {any} node */
  constructor(node) {
    this.node = node;
    /** @type {ShownResults | null} */
    this.shown = null;
    /** @type {Run | null} run that did not reach this node */
    this.unreachedIn = null;
    /** @type {Report | null} report on the frames so far, while the node measures */
    this.partial = null;
    /** @type {ResultParts | null} */
    this.parts = null;
    this.isFaded = false;
    this.list = element("div", "anime-results-list");
    this.body = element("div", "anime-results-body", this.list);
    this.content = element("div", "anime-results", this.body);
    this.content.setAttribute("role", "group");
    this.content.setAttribute("aria-label", words("node.label"));
    this.root = element("div", "anime-results-frame", this.content);
    this.place = new ResultsPlace(node, this, () => this.#fade());
    const onRemoved = node.onRemoved;
    node.onRemoved = (/** @type {unknown[]} */ ...parameters) => {
      this.#stop();
      return onRemoved?.apply(node, parameters);
    };
  }

  /**
   * Display results.
   *
   * @param {ShownResults} shown
   */
  update(shown) {
    const { results, run, path, earlier } = shown;
    this.#identify(run, path);
    this.unreachedIn = null;
    this.partial = null;
    const isNew = results !== this.shown?.results;
    this.shown = shown;
    if (isNew) {
      this.#clearParts();
      this.parts = resultParts(results, this.#frames(), (frame, name) => this.#open(frame, name));
      this.#display(this.parts.parts, this.parts.head && this.#headElement(this.parts.head));
      this.#offerRemedies(shown);
    }
    this.#mark(run, earlier);
  }

  /**
   * Display what the node has measured so far.
   *
   * @param {PartialResults} partial
   */
  updatePartial({ report, run, path }) {
    if (report === this.partial) return;
    this.#identify(run, path);
    this.unreachedIn = null;
    this.shown = null;
    const parts = partialParts(report, this.partial && this.list);
    this.partial = report;
    this.#clearParts();
    this.parts = parts;
    this.#display(parts.parts, parts.head);
    this.#mark(run, false);
  }

  /**
   * Display that a run did not reach the node.
   *
   * @param {UnreachedNode} reason
   */
  updateUnreached({ run, path, name, failed }) {
    if (this.unreachedIn === run) return this.#mark(run, run.restored);
    this.#identify(run, path);
    this.unreachedIn = run;
    this.shown = null;
    this.partial = null;
    this.#clearParts();
    const saves = this.node.type === SAVES;
    this.#display([
      ...(saves ? [element("div", "anime-line", words("node.nothing_saved"))] : []),
      ...(name ? [notReachedLine(name, failed)] : []),
    ]);
    this.#mark(run, run.restored);
    dropPictures(this.node, path, run);
  }

  remove() {
    this.#stop();
    this.place.remove();
  }

  /**
   * Display elements on the node.
   *
   * @param {HTMLElement[]} parts
   * @param {HTMLElement | null} [head] it stays in sight while the others are scrolled
   */
  #display(parts, head = null) {
    this.list.replaceChildren(...parts);
    this.content.replaceChildren(...(head ? [head] : []), this.body);
  }

  /**
   * Return the head of the results with the button that opens all of them.
   *
   * @param {HTMLElement} head
   */
  #headElement(head) {
    const button = element("button", "anime-open");
    button.type = "button";
    button.title = words("node.open");
    button.setAttribute("aria-label", words("node.open"));
    button.setAttribute("aria-haspopup", "dialog");
    button.addEventListener("click", () => this.#open());
    head.append(button);
    return head;
  }

  /**
   * Open all results in a window beside the node, and return it.
   *
   * @param {number} [frame] to be displayed; without it the window gets the focus
   * @param {string} [name] of the measurement
   */
  #open(frame, name) {
    if (!this.shown) return null;
    const { results } = this.shown;
    const popup = openPopup(this, this.root, () => {
      const { head, parts, choose, destroy } = resultParts(results, this.#frames());
      return { title: this.node.title, parts: head ? [head, ...parts] : parts, choose, destroy };
    });
    if (frame === undefined) popup.focus();
    else popup.content.choose?.(frame, name);
    return popup.root;
  }

  /**
   * Display a button that opens the remedies, if the node failed for a reason that has some.
   *
   * @param {ShownResults} shown
   */
  #offerRemedies({ results, run, path }) {
    const [report] = ownEntries(results.anime_report);
    const inputs = run.graph[path]?.inputs ?? {};
    const bar = remedyButton(report, () =>
      openRemedies(this.list, this.root, { node: this.node, path, inputs, run, report }),
    );
    if (bar) this.content.append(bar);
  }

  /** Return access to the frames of the displayed report. */
  #frames() {
    const { run, path } = /** @type {ShownResults} */ (this.shown);
    return {
      find: (/** @type {number} */ frames) => findPreview(this.node, frames, run, path),
      select,
    };
  }

  #clearParts() {
    closePopup(this);
    closePopup(this.list);
    this.parts?.destroy();
    this.parts = null;
  }

  /**
   * Write the node and the run into the element's data attributes.
   *
   * @param {Run} run
   * @param {string} path
   */
  #identify(run, path) {
    this.root.dataset.node = String(this.node.id);
    this.root.dataset.path = path;
    this.root.dataset.prompt = run.id;
  }

  /**
   * Mark the results as those of an earlier run, or remove the mark.
   *
   * @param {Run} run
   * @param {boolean} earlier
   */
  #mark(run, earlier) {
    this.root.classList.toggle("anime-outdated", earlier);
    const mark = this.content.querySelector(".anime-earlier");
    if (!earlier) mark?.remove();
    else if (!mark) this.content.prepend(element("div", "anime-earlier", earlierText(run)));
  }

  #stop() {
    this.#clearParts();
    this.place.stop();
  }

  #fade() {
    const isFaded = isOff(this.node);
    if (isFaded === this.isFaded) return;
    this.isFaded = isFaded;
    this.root.classList.toggle("anime-node-off", isFaded);
  }
}

/**
 * Return a line that names the node that failed or blocked, so that this node did not run.
 *
 * @param {string} name title of that node
 * @param {boolean} failed true if it failed, false if it blocked
 */
function notReachedLine(name, failed) {
  const text = words(failed ? "node.not_reached_failed" : "node.not_reached");
  const [before, after = ""] = text.split("{name}");
  return element("div", "anime-line anime-unreached", before, element("em", "", name), after);
}

/**
 * Return the mark of an earlier run, with the run's start.
 *
 * @param {Run} run
 */
function earlierText({ startedAt }) {
  if (!startedAt) return words("node.earlier");
  const today = new Date(startedAt).toDateString() === new Date().toDateString();
  const format = new Intl.DateTimeFormat(language(), {
    timeStyle: "short",
    ...(today ? {} : { dateStyle: "medium" }),
  });
  return words("node.earlier_at", { time: format.format(new Date(startedAt)) });
}
