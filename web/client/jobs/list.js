/** List of jobs, of which only the visible rows exist as elements. */

import { element } from "../element.js";
import { words } from "../words.js";
import { ListInput } from "./list_input.js";
import { Row } from "./row.js";
import { RowPictures } from "./row_pictures.js";
import { Selection } from "./selection.js";
import { isShot } from "./shot_groups.js";

/** @import { ListedJob } from "./job.js" */
/** @import { ListItem, Shot } from "./shot_groups.js" */

export const ROW_HEIGHT = 88; // pixels, the same as in list.css
const EXTRA_ROWS = 6; // rows above and below the visible ones
const NEAR_THE_END = 40; // rows; the next page is loaded when fewer follow

/**
 * List box of all loaded jobs, or tree of their shots. Only the rows in view exist as elements;
 * scrolling fills them with other items.
 */
export class JobList {
  selection = new Selection();
  /** True while a click or a tap on a job selects it. */
  isSelecting = false;

  /** @type {Row[]} */
  #rows = [];
  #pictures = new RowPictures({
    rows: () => this.#rows,
    isDisplayed: () => this.root.isConnected,
  });
  /** @type {ListItem[]} */
  #items = [];
  /** @type {ListItem | null} */
  #active = null;
  /** @type {ListItem | undefined} the first item in view */
  #firstVisible;
  #complete = true;
  #isGrouped = false;
  #scrollTop = 0;
  #height = 0;
  #frame = 0;

  /**
   * @param {object} owner
   * @param {(job: ListedJob) => void} owner.open
   * @param {(index: number) => void} owner.loadTo called with the last item that is displayed soon
   * @param {(shot: Shot) => void} owner.toggle folds or unfolds a shot
   * @param {(shot: Shot) => boolean} owner.isUnfolded
   * @param {() => void} owner.onSelect called when the selection or its mode has changed
   */
  constructor({ open, loadTo, toggle, isUnfolded, onSelect }) {
    this.open = open;
    this.loadTo = loadTo;
    this.toggle = toggle;
    this.isUnfolded = isUnfolded;
    this.onSelect = onSelect;
    this.space = element("div", "anime-rows");
    this.space.setAttribute("role", "presentation");
    this.root = element("div", "anime-list", this.space);
    this.root.tabIndex = 0;
    this.root.setAttribute("aria-multiselectable", "true");
    this.root.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    const input = new ListInput(this);
    this.root.addEventListener("keydown", (event) => input.pressed(event));
    this.root.addEventListener("click", (event) => input.clicked(event));
    new ResizeObserver(() => this.#resized()).observe(this.root);
    this.#setRole(false, "newest");
  }

  /** Return the number of items that must be loaded to display the rows in view. */
  get reach() {
    return Math.ceil((this.#scrollTop + this.#height) / ROW_HEIGHT);
  }

  get items() {
    return this.#items;
  }

  get active() {
    return this.#active;
  }

  /** Return the number of rows that PageUp and PageDown pass. */
  get pageRows() {
    return Math.max(Math.floor(this.#height / ROW_HEIGHT) - 1, 1);
  }

  /** Return the jobs among the items. */
  get jobs() {
    return /** @type {ListedJob[]} */ (this.#items.filter((each) => !isShot(each)));
  }

  /**
   * Display items.
   *
   * @param {ListItem[]} items
   * @param {object} kind
   * @param {boolean} kind.complete true if there are no more items to load
   * @param {boolean} kind.isGrouped true if the items are shots with their jobs
   * @param {string} kind.order
   */
  update(items, { complete, isGrouped, order }) {
    this.#items = items;
    this.#complete = complete;
    this.#setRole(isGrouped, order);
    if (this.#active && !items.includes(this.#active)) this.#active = null;
    if (this.selection.size && this.selection.keepListed(this.jobs)) this.onSelect();
    this.space.style.height = `${items.length * ROW_HEIGHT}px`;
    this.#keepPosition();
    this.#render(true);
  }

  /** Scroll to the first item. */
  toTop() {
    this.#firstVisible = undefined;
    this.#scrollTop = 0;
    this.root.scrollTop = 0;
  }

  /** Restore the scroll position, which an element loses when it leaves the page. */
  restore() {
    this.root.scrollTop = this.#scrollTop;
    this.#resized();
  }

  /**
   * Put the focus on a job's row, or on the row that had it if the job isn't listed.
   *
   * @param {string} [id]
   */
  focus(id = "") {
    this.root.focus({ preventScroll: true });
    const index = this.#items.findIndex((item) => !isShot(item) && item.id === id);
    if (index >= 0) this.moveTo(index);
  }

  /**
   * Return the item in whose row an element is.
   *
   * @param {EventTarget | null} target
   */
  itemAt(target) {
    const row = this.#rows.find((each) => target instanceof Node && each.root.contains(target));
    return row?.item ?? null;
  }

  /**
   * Make an item the place of the keyboard without scrolling.
   *
   * @param {ListItem} item
   */
  activate(item) {
    this.#active = item;
    this.#mark();
  }

  /** Update the displayed ages. */
  tick() {
    for (const row of this.#rows) row.tick();
  }

  /**
   * Begin to select jobs, or end it and forget the selection.
   *
   * @param {boolean} on
   */
  setSelecting(on) {
    this.isSelecting = on;
    if (!on) this.selection.clear();
    this.selectionChanged();
  }

  /** Display the selection after a change. */
  selectionChanged() {
    if (this.selection.size) this.isSelecting = true;
    this.#mark();
    this.onSelect();
  }

  /**
   * Move the keyboard's place to an item, and scroll it into view.
   *
   * @param {number} index
   */
  moveTo(index) {
    this.#active = this.#items[index] ?? null;
    const top = index * ROW_HEIGHT;
    const lowest = top + ROW_HEIGHT - this.#height;
    const scrollTop = Math.max(Math.min(this.#scrollTop, top), lowest);
    if (scrollTop !== this.#scrollTop) {
      this.root.scrollTop = scrollTop;
      this.#scrollTop = scrollTop;
    }
    this.#render(false);
  }

  /**
   * @param {boolean} isGrouped
   * @param {string} order
   */
  #setRole(isGrouped, order) {
    this.#isGrouped = isGrouped;
    const best = order === "best";
    const label = isGrouped
      ? best ? "shots.list_best" : "shots.list"
      : best ? "jobs.list_best" : "jobs.list"; // prettier-ignore
    this.root.setAttribute("role", isGrouped ? "tree" : "listbox");
    this.root.setAttribute("aria-label", words(label));
  }

  /** Keep the items in view in their place while new jobs are put above them. */
  #keepPosition() {
    if (!this.#firstVisible || this.#scrollTop < ROW_HEIGHT) return;
    const index = this.#items.indexOf(this.#firstVisible);
    if (index < 0) return;
    const top = index * ROW_HEIGHT + (this.#scrollTop % ROW_HEIGHT);
    if (top === this.#scrollTop) return;
    this.#scrollTop = top;
    this.root.scrollTop = top;
  }

  #scrolled() {
    if (!this.root.isConnected) return;
    this.#scrollTop = this.root.scrollTop;
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.#render(false);
    });
  }

  #resized() {
    const height = this.root.clientHeight;
    if (height) this.#height = height; // the height is 0 while the list is not on the screen
    this.#render(true);
  }

  /**
   * Fill the rows in view with their items.
   *
   * @param {boolean} itemsChanged false if only the scroll position changed
   */
  #render(itemsChanged) {
    const visible = Math.ceil(this.#height / ROW_HEIGHT);
    const count = Math.min(visible + 2 * EXTRA_ROWS, this.#items.length);
    this.#setRowCount(count);
    const top = Math.floor(this.#scrollTop / ROW_HEIGHT);
    const start = Math.max(Math.min(top - EXTRA_ROWS, this.#items.length - count), 0);
    this.#firstVisible = this.#items[top];
    const size = this.#complete ? String(this.#items.length) : "-1";
    for (let index = start; index < start + count; index++) {
      const row = this.#rows[index % count];
      const item = this.#items[index];
      if (!itemsChanged && row.index === index && row.item === item) continue;
      row.fill(item, index, this.#isGrouped);
      row.root.style.transform = `translateY(${index * ROW_HEIGHT}px)`;
      row.root.setAttribute("aria-posinset", String(index + 1));
      row.root.setAttribute("aria-setsize", size);
      if (isShot(item)) row.root.setAttribute("aria-expanded", String(this.isUnfolded(item)));
    }
    this.#mark();
    this.loadTo(start + count + NEAR_THE_END);
    this.#pictures.showSoon();
  }

  /** @param {number} count */
  #setRowCount(count) {
    if (count === this.#rows.length) return;
    while (this.#rows.length < count) {
      const id = `anime-row-${this.#rows.length}`;
      const row = new Row(id, (each, failed) => this.#pictures.settled(each, failed));
      this.#rows.push(row);
      this.space.append(row.root);
    }
    for (const row of this.#rows.splice(count)) {
      row.root.remove();
      this.#pictures.settled(row);
    }
    for (const row of this.#rows) row.index = -1; // forces each row to be filled and placed again
  }

  /** Mark the selected rows, and the one that the keyboard has reached. */
  #mark() {
    this.root.classList.toggle("anime-selecting", this.isSelecting);
    const active = this.#active && this.#rows.find((row) => row.item === this.#active);
    for (const row of this.#rows) {
      const { job } = row;
      row.root.setAttribute("aria-selected", String(job !== null && this.selection.has(job)));
      row.root.classList.toggle("anime-active", row === active);
    }
    if (active) this.root.setAttribute("aria-activedescendant", active.root.id);
    else this.root.removeAttribute("aria-activedescendant");
  }
}
