/** Files in ComfyUI's input folder. */

import { api } from "../../../scripts/api.js";
import { PATIENT } from "../requests.js";

/**
 * Upload a picture or a clip to ComfyUI's input folder.
 *
 * @param {Blob} file
 * @param {string} name of the file; ComfyUI changes it if another file has it
 * @param {string} [subfolder]
 * @returns {Promise<Response>} its JSON has `name`, `subfolder` and `type`
 */
export function uploadInput(file, name, subfolder = "") {
  const body = new FormData();
  body.append("image", file, name);
  if (subfolder) body.append("subfolder", subfolder);
  return api.fetchApi("/upload/image", { ...PATIENT, method: "POST", body });
}

/**
 * Return the path of an uploaded file within the input folder, as widgets hold it.
 *
 * @param {{name: string, subfolder?: string}} stored
 */
export function inputPath({ name, subfolder = "" }) {
  return subfolder ? `${subfolder}/${name}` : name;
}
