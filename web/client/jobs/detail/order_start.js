/** Start of a production from a job: its still or its clip, and what its graph says. */

import { pictureOfFile } from "../../productions/ordering/upload.js";

/**
 * @import { OrderStart } from "../../productions/ordering/order_form.js"
 * @import { WrittenFile } from "../../parts/files.js"
 * @import { Key } from "../../words.js"
 * @import { Job } from "./job_answer.js"
 * @import { Param } from "./parameters.js"
 */

/** @type {Record<string, "loop" | "clip">} what a production makes, by the kind of file */
const MADE_OF = { image: "loop", animation: "clip", video: "clip" };

/**
 * Return the file of a job with which a production can begin, and what is made of it. The files of
 * Save Job come before those of other nodes.
 *
 * @param {WrittenFile[]} files
 */
export function startFile(files) {
  const own = files.filter((each) => each.node_id === null);
  const file = [...own, ...files].find((each) => each.exists && Object.hasOwn(MADE_OF, each.kind));
  return file ? { file, makes: MADE_OF[file.kind] } : null;
}

/**
 * Return the text of the button that begins a production with a job's file.
 *
 * @param {WrittenFile[]} files
 * @returns {Key}
 */
export function startLabel(files) {
  return startFile(files)?.makes === "clip" ? "ordering.clip_of_this" : "ordering.loop_of_this";
}

/**
 * Return what the form for a production begins with.
 *
 * @param {Job} job
 * @param {WrittenFile[]} files
 * @param {Param[]} params parameters of the job
 * @param {Record<string, any>} [request] order of the production that the job belongs to
 * @returns {OrderStart}
 */
export function orderStart(job, files, params, request = {}) {
  const start = startFile(files);
  const texts = {
    prompt: request.prompt || textOf(params, "positive") || textOf(params, "prompt"),
    negative_prompt: request.negative_prompt ?? textOf(params, "negative"),
    project: job.project,
    character: job.character,
  };
  return { picture: start && pictureOfFile(start.file), makes: start?.makes, texts };
}

/**
 * @param {Param[]} params
 * @param {string} kind
 */
function textOf(params, kind) {
  return params.find((each) => each.kind === kind)?.written ?? "";
}
