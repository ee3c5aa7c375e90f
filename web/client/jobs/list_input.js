/** Keys and clicks in the list of jobs: a list box or a tree with several selected items. */

import { isShot } from "./shot_groups.js";

/** @import { ListedJob } from "./job.js" */
/** @import { JobList } from "./list.js" */
/** @import { ListItem } from "./shot_groups.js" */

/** Handler of the keys and clicks in the list. */
export class ListInput {
  /** @param {JobList} list */
  constructor(list) {
    this.list = list;
  }

  /**
   * Handle a key, unless it isn't one of the list's.
   *
   * @param {KeyboardEvent} event
   */
  pressed(event) {
    if (event.altKey) return;
    const command = event.ctrlKey || event.metaKey;
    const handled = command ? this.#withCommand(event.key) : this.#alone(event);
    if (!handled) return;
    event.preventDefault();
    event.stopPropagation(); // the canvas would react to the key too
  }

  /**
   * Open the job in whose row was clicked, or fold its shot. While jobs are selected, and with Ctrl
   * or Shift, the click selects.
   *
   * @param {MouseEvent} event
   */
  clicked(event) {
    const { list } = this;
    const item = list.itemAt(event.target);
    if (!item) return;
    const before = list.active;
    list.activate(item);
    if (event.shiftKey && !isShot(item)) this.#extend(before);
    else if (event.ctrlKey || event.metaKey || (list.isSelecting && !isShot(item))) {
      this.#toggleSelected(item);
    } else if (isShot(item)) list.toggle(item);
    else {
      list.selection.setAnchor(item);
      list.open(item);
    }
  }

  /**
   * Handle a key that is pressed with Ctrl or Command.
   *
   * @param {string} key
   */
  #withCommand(key) {
    const { list } = this;
    if (key === "a" || key === "A") {
      list.selection.addAll(list.jobs);
      list.selectionChanged();
      return true;
    }
    if (key !== " " || !list.active) return false;
    this.#toggleSelected(list.active);
    return true;
  }

  /**
   * Handle a key that is pressed alone or with Shift.
   *
   * @param {KeyboardEvent} event
   */
  #alone({ key, shiftKey }) {
    const { list } = this;
    const { active, items } = list;
    const target = this.#target(key);
    if (target !== null) {
      const from = active ?? items[target];
      list.moveTo(target);
      if (shiftKey) this.#extend(from);
    } else if (key === "Escape") {
      if (!list.isSelecting) return false;
      list.setSelecting(false);
    } else if (!active) return false;
    else if (key === " ") this.#toggleSelected(active);
    else if (key === "Enter" && !isShot(active)) list.open(active);
    else if (key === "Enter" && isShot(active)) list.toggle(active);
    else return this.#fold(key);
    return true;
  }

  /**
   * Select all jobs from the item where the range begins to the active one.
   *
   * @param {ListItem | null} from item that was active before
   */
  #extend(from) {
    const { selection, active, jobs } = this.list;
    if (!active || isShot(active)) return;
    if (!selection.size && from && !isShot(from)) selection.setAnchor(from);
    selection.extendTo(jobs, active);
    this.list.selectionChanged();
  }

  /**
   * Return the index of the item that a key moves to; null for any other key.
   *
   * @param {string} key
   */
  #target(key) {
    const { active, items, pageRows } = this.list;
    const index = active ? items.indexOf(active) : -1;
    const last = items.length - 1;
    const targets = /** @type {Record<string, number>} */ ({
      ArrowDown: index + 1,
      ArrowUp: index < 0 ? 0 : index - 1,
      PageDown: index + pageRows,
      PageUp: index - pageRows,
      Home: 0,
      End: last,
    });
    return key in targets ? Math.max(Math.min(targets[key], last), 0) : null;
  }

  /**
   * Fold or unfold the active shot, or go from a job to its shot.
   *
   * @param {string} key
   */
  #fold(key) {
    const { list } = this;
    const { active, items } = list;
    if (!active || !items.some(isShot)) return false;
    const index = items.indexOf(active);
    if (key === "ArrowRight" && isShot(active)) {
      if (list.isUnfolded(active)) list.moveTo(Math.min(index + 1, items.length - 1));
      else list.toggle(active);
      return true;
    }
    if (key !== "ArrowLeft") return false;
    if (!isShot(active)) list.moveTo(items.slice(0, index).map(isShot).lastIndexOf(true));
    else if (list.isUnfolded(active)) list.toggle(active);
    return true;
  }

  /**
   * Select a job or take it out of the selection; of a shot, all its listed jobs.
   *
   * @param {ListItem} item
   */
  #toggleSelected(item) {
    const { items, selection } = this.list;
    if (!isShot(item)) selection.toggle(item);
    else {
      const start = items.indexOf(item) + 1;
      const end = items.findIndex((each, index) => index >= start && isShot(each));
      const jobs = items.slice(start, end < 0 ? undefined : end);
      const listed = /** @type {ListedJob[]} */ (jobs);
      if (listed.every((job) => selection.has(job))) selection.removeAll(listed);
      else selection.addAll(listed);
    }
    this.list.selectionChanged();
  }
}
