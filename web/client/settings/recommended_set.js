/** Part "Recommended for characters" of the dialog "Download weights". */

import { element } from "../element.js";
import { number, words } from "../words.js";
import { button } from "./dialog.js";
import { licenceText } from "./weight_row.js";

/** @import { WeightRow } from "./weight_row.js" */

/**
 * Return the recommended weights with a button that downloads all that are missing. Their size and
 * licences stand before the button, so a click needs no further question.
 *
 * @param {WeightRow[]} rows of weights whose licences allow commercial use
 */
export function recommendedSet(rows) {
  const heading = element("h3", "", words("weights.recommended"));
  heading.tabIndex = -1;
  const state = element("div", "anime-weight-state");
  state.setAttribute("aria-live", "polite");
  const download = button(words("weights.download_set"), () => {
    heading.focus(); // the button vanishes with the first answer
    download.disabled = true;
    for (const row of rows) if (row.isMissing) row.download();
  });
  const installed = element("div", "", words("weights.set_installed"));
  const show = () => {
    if (rows.every((row) => row.weight.installed)) state.replaceChildren(installed);
    else if (rows.some((row) => row.isRunning)) state.replaceChildren();
    else state.replaceChildren(download);
    download.disabled = false;
  };
  for (const row of rows) row.onChange = show;
  show();
  const list = element("ul", "anime-weights");
  list.append(...rows.map((row) => row.root));
  return element(
    "section",
    "anime-recommended",
    heading,
    element("p", "", words("weights.recommended_for")),
    element("p", "anime-note", terms(rows)),
    state,
    list,
  );
}

/**
 * Return a text with the size of all weights together, their licences and where they come from.
 *
 * @param {WeightRow[]} rows
 */
function terms(rows) {
  const weights = rows.map((row) => row.weight);
  const size = weights.reduce((sum, { megabytes }) => sum + (megabytes ?? 0), 0);
  const hosts = weights.flatMap(({ sources }) => sources.map((each) => new URL(each).host));
  return words("weights.recommended_terms", {
    megabytes: number(Math.round(size), "MB"),
    licences: [...new Set(weights.map(licenceText))].join("; "),
    hosts: [...new Set(hosts)].join(", "),
  });
}
