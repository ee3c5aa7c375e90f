/**
 * An HTML element. Text is only ever set as text: nothing that comes from a report, a file name
 * or the database is read as HTML.
 *
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {string} [className]
 * @param {...(Node | string)} children strings become text nodes
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function element(tag, className = "", ...children) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.append(...children);
  return made;
}

/**
 * Loads a style sheet of the pack, once.
 *
 * @param {string} url
 */
export function useStyleSheet(url) {
  if ([...document.styleSheets].some((sheet) => sheet.href === url)) return;
  const link = document.createElement("link");
  link.rel = "stylesheet";
  link.href = url;
  document.head.append(link);
}
