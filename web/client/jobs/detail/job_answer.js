/**
 * Types of the answer of `GET /anime/jobs/{id}`.
 *
 * @import { FlipbookPlaces } from "../../player/flipbook.js"
 * @import { Report } from "../../report/types.js"
 * @import { WrittenFile } from "../../parts/files.js"
 * @import { State } from "../job.js"
 *
 * @typedef {object} Job
 * @property {string} id
 * @property {string | null} prompt_id
 * @property {string} project
 * @property {string} episode
 * @property {string} scene
 * @property {string} shot
 * @property {string} character
 * @property {string[]} tags
 * @property {State} state
 * @property {number | null} progress 0–1
 * @property {string | null} verdict
 * @property {"kept" | "last" | "worst" | null} [judged_by] the reports that the job's verdict is
 *   based on: those on the kept results, the last ones, or the worst of all (earlier versions)
 * @property {number | null} score
 * @property {"approved" | "rejected" | null} review
 * @property {"editor" | "api" | "production"} source
 * @property {string} machine
 * @property {string} created_at
 * @property {string | null} started_at
 * @property {string | null} finished_at
 * @property {string | null} reproduced_from
 * @property {string | null} seed
 * @property {number | null} attempt
 * @property {string | null} last_heard_at of a lost job: when its ComfyUI last gave a sign of life
 * @property {number | null} process_pid number of the ComfyUI process on its machine
 * @property {JobError | null} error
 *
 * @typedef {{node_id: string, node_type: string, exception: string, message: string,
 *   traceback: string}} JobError
 *
 * @typedef {{node_id: string, report: Report, decides?: boolean, title?: string | null,
 *   node_type?: string | null, snapshots?: Snapshot[], snapshots_absent?: string | null,
 *   flipbook?: FlipbookPlaces | null, flipbook_absent?: string | null}} NodeReport
 *   `decides`: true or missing if the job's verdict is based on this report; `title`: the one that
 *   the maker gave the node; `node_type`: class of the node; `snapshots_absent`: code of the reason
 *   why small pictures are missing; `flipbook`: all frames of a loop; `flipbook_absent`: code of the
 *   reason why they are missing
 *
 * @typedef {{set: string, frame: number, at_seam: boolean, width: number, height: number,
 *   bytes: number, view: string}} Snapshot small picture of a frame that a report is about; `view`:
 *   route that serves it
 *
 * @typedef {{node_id: string, number: number, seed: string, verdict: string, score: number | null,
 *   reason: string, chosen: boolean}} RetryAttempt
 *
 * @typedef {{id: string, verdict: "approved" | "rejected", reason: string, reviewer: string,
 *   reviewed_at: string}} Review
 *
 * @typedef {{path: string, reason_code: string, reason: string}} UndeletedFile file that could not
 *   be deleted
 *
 * @typedef {object} JobAnswer
 * @property {Job} job
 * @property {NodeReport[]} reports
 * @property {WrittenFile[]} artifacts
 * @property {RetryAttempt[]} attempts
 * @property {Review[]} reviews the newest first
 * @property {string | null} production_id id of the production that the job is an attempt of
 */

export {};
