/** Titles of a job's reports, by the names of their nodes. */

import { subjectName, words } from "../../words.js";

/** @import { NodeReport } from "./job_answer.js" */

/**
 * Return the title of each report: the title that the maker gave its node, else the name of the
 * node's type, else the subject of the report. Only nodes of the same name get their id too.
 *
 * @param {NodeReport[]} reports
 * @returns {Map<NodeReport, string>}
 */
export function reportTitles(reports) {
  const names = reports.map(({ title, node_type: type, report }) => {
    return title ?? typeName(type) ?? subjectName(report.subject);
  });
  return new Map(
    reports.map((each, index) => {
      const name = names[index];
      const { node_id: node } = each;
      const isShared = reports.some(
        (other, place) => names[place] === name && other.node_id !== node,
      );
      return [each, isShared ? words("detail.report", { subject: name, node }) : name];
    }),
  );
}

/**
 * Return the name of a node type in the editor's language; null for a type that isn't installed.
 *
 * @param {string | null | undefined} type
 * @returns {string | null}
 */
function typeName(type) {
  const types = /** @type {any} */ (globalThis).LiteGraph?.registered_node_types;
  return (type && types?.[type]?.title) || null;
}
