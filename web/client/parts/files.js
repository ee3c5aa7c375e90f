/** List of the files that a job wrote, for the job's detail and for productions. */

import { api } from "../../../scripts/api.js";
import { element } from "../element.js";
import { words } from "../words.js";
import { size } from "./times.js";

/**
 * File that a job wrote, as the routes describe it.
 *
 * @typedef {object} WrittenFile
 * @property {string} path relative to the output folder
 * @property {"image" | "animation" | "video"} kind
 * @property {number} bytes
 * @property {number} width
 * @property {number} height
 * @property {number} frames
 * @property {number | null} fps
 * @property {boolean} exists
 * @property {string} view route that serves the file
 */

/**
 * Return files as a list: of each a picture, its properties, and links to open and to download it.
 *
 * @param {WrittenFile[]} files
 */
export function fileList(files) {
  return element("ul", "anime-files", ...files.map(entry));
}

/** @param {WrittenFile} file */
function entry(file) {
  const name = nameOf(file);
  const facts = [
    `${file.width}×${file.height}`,
    file.frames > 1 ? words("files.frames", { count: file.frames }) : "",
    file.fps ? words("files.fps", { fps: file.fps }) : "",
    size(file.bytes),
  ];
  const text = element(
    "div",
    "anime-file-text",
    element("div", "anime-file-name", name),
    element("div", "anime-quiet", facts.filter(Boolean).join(" · ")),
  );
  if (!file.exists) {
    text.append(element("div", "anime-missing-file", words("files.gone")));
    return element("li", "anime-file", element("span", "anime-file-picture"), text);
  }
  const open = link(file, words("files.open"), words("files.open_of", { name }));
  open.target = "_blank";
  const save = link(file, words("files.download"), words("files.download_of", { name }));
  save.download = name;
  text.append(element("div", "anime-links", open, save));
  return element("li", "anime-file", picture(file), text);
}

/**
 * Return the name of a file without its folders.
 *
 * @param {WrittenFile} file
 */
export function nameOf(file) {
  return file.path.split("/").at(-1) ?? file.path;
}

/**
 * Return the URL of a file.
 *
 * @param {WrittenFile} file
 */
export function addressOf(file) {
  return api.apiURL(file.view);
}

/**
 * @param {WrittenFile} file
 * @param {string} text
 * @param {string} label
 */
function link(file, text, label) {
  const anchor = element("a", "", text);
  anchor.href = addressOf(file);
  anchor.rel = "noopener";
  anchor.setAttribute("aria-label", label);
  return anchor;
}

/** @param {WrittenFile} file */
function picture(file) {
  const frame = element("span", "anime-file-picture");
  if (file.kind === "video") {
    const video = element("video");
    video.muted = true;
    video.preload = "metadata";
    video.src = `${addressOf(file)}#t=0.01`; // at time 0 some browsers paint nothing
    video.setAttribute("aria-hidden", "true");
    video.tabIndex = -1;
    frame.append(video);
    return frame;
  }
  const image = element("img");
  image.alt = "";
  image.loading = "lazy";
  image.decoding = "async";
  image.addEventListener("error", () => image.remove());
  image.src = addressOf(file);
  frame.append(image);
  return frame;
}
