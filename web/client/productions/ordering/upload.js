/** Pictures and clips with which a production begins: files of jobs, and uploaded files. */

import { inputPath, uploadInput } from "../../parts/input_files.js";
import { RouteError } from "../../requests.js";
import { words } from "../../words.js";

/** @import { WrittenFile } from "../../parts/files.js" */

/**
 * Picture or clip in one of ComfyUI's folders.
 *
 * @typedef {object} StartPicture
 * @property {string} value name of the file for the nodes: `sub/still.png [output]`
 * @property {string} name without folders
 * @property {string} view route that serves the file
 * @property {boolean} isVideo true if the browser shows it as a video
 */

const TOO_LARGE = 413; // HTTP status

/**
 * Return the file of a job as the start of a production.
 *
 * @param {WrittenFile} file
 * @returns {StartPicture}
 */
export function pictureOfFile({ path, view, kind }) {
  const name = path.split("/").at(-1) ?? path;
  return { value: `${path} [output]`, name, view, isVideo: kind === "video" };
}

/**
 * Return true if a file that was dropped or chosen is a picture or a clip.
 *
 * @param {File} file
 */
export function isPicture(file) {
  return /^(image|video)\//.test(file.type);
}

/**
 * Put a file into ComfyUI's input folder.
 *
 * @param {File} file
 * @returns {Promise<StartPicture>}
 * @throws {RouteError} if the file is no picture, ComfyUI refuses it or doesn't answer (status 0)
 */
export async function upload(file) {
  if (!isPicture(file)) throw refusal(400, words("ordering.no_picture", { name: file.name }));
  let response;
  try {
    response = await uploadInput(file, file.name);
  } catch (error) {
    throw new RouteError(0, "no_answer", String(error), {});
  }
  if (response.status === TOO_LARGE) {
    throw refusal(TOO_LARGE, words("ordering.too_large", { name: file.name }));
  }
  if (!response.ok) {
    const text = words("ordering.not_uploaded", { name: file.name, status: response.status });
    throw refusal(response.status, text);
  }
  const { name, subfolder = "", type = "input" } = await response.json();
  const query = new URLSearchParams({ filename: name, subfolder, type });
  return {
    value: `${inputPath({ name, subfolder })} [${type}]`,
    name,
    view: `/view?${query}`,
    isVideo: file.type.startsWith("video/"),
  };
}

/**
 * @param {number} status
 * @param {string} text in the editor's language
 */
function refusal(status, text) {
  return new RouteError(status, "not_uploaded", text, {});
}
