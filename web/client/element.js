/** Creation of HTML elements and loading of style sheets, for all parts of the client. */

/**
 * Create an HTML element. Text is only ever set as text: nothing that comes from a report, a file
 * name or the database is read as HTML.
 *
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {string} [className]
 * @param {...(Node | string)} children strings become text nodes
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function element(tag, className = "", ...children) {
  const created = document.createElement(tag);
  if (className) created.className = className;
  created.append(...children);
  return created;
}

/**
 * Load a style sheet of the pack, once.
 *
 * @param {string} url
 */
export function useStyleSheet(url) {
  // `document.styleSheets` lacks sheets that are still loading. A second link to such a sheet would
  // come last, so its rules would override the sheets that are meant to override it.
  if ([...document.querySelectorAll("link")].some((link) => link.href === url)) return;
  const link = document.createElement("link");
  link.rel = "stylesheet";
  link.href = url;
  document.head.append(link);
}
