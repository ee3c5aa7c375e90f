/** Place onto which pictures are dropped; the editor would open their workflow instead. */

/**
 * Call a function with the first file that is dropped onto an element.
 *
 * @param {HTMLElement} place it has the class `anime-drop` while files are over it
 * @param {(file: File) => void} take
 */
export function takeDroppedFiles(place, take) {
  let depth = 0; // elements below the pointer that were entered and not left
  const mark = (/** @type {number} */ count) => {
    depth = count;
    place.classList.toggle("anime-drop", depth > 0);
  };
  const listen = (/** @type {string} */ name, /** @type {(event: DragEvent) => void} */ act) =>
    place.addEventListener(name, (event) => {
      const drag = /** @type {DragEvent} */ (event);
      if (!drag.dataTransfer?.types.includes("Files")) return;
      drag.preventDefault();
      drag.stopPropagation();
      act(drag);
    });
  listen("dragenter", () => mark(depth + 1));
  listen("dragleave", () => mark(Math.max(depth - 1, 0)));
  listen("dragover", (drag) => {
    if (drag.dataTransfer) drag.dataTransfer.dropEffect = "copy";
  });
  listen("drop", (drag) => {
    mark(0);
    const file = drag.dataTransfer?.files[0];
    if (file) take(file);
  });
}
