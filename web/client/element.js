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
  // Not `styleSheets`, which lacks those that are on their way: a second link would come last and
  // go before sheets that are written to follow this one.
  if ([...document.querySelectorAll("link")].some((link) => link.href === url)) return;
  const link = document.createElement("link");
  link.rel = "stylesheet";
  link.href = url;
  document.head.append(link);
}
