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
 * @property {"image" | "animation" | "video" | "audio" | "other"} kind
 * @property {number} bytes
 * @property {number | null} width null without frames, as are height and frames
 * @property {number | null} height
 * @property {number | null} frames
 * @property {number | null} fps
 * @property {string | null} node_id node that reported the file; null for a file of Save Job
 * @property {string | null} node_type
 * @property {boolean} exists
 * @property {string} view route that serves the file
 * @property {string | null} [thumbnail] route that serves a small picture; only in a job's detail
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
    file.width ? `${file.width}×${file.height}` : "",
    file.frames && file.frames > 1 ? words("files.frames", { count: file.frames }) : "",
    file.fps ? words("files.fps", { fps: file.fps }) : "",
    size(file.bytes),
  ];
  const text = element(
    "div",
    "anime-file-text",
    element("div", "anime-file-name", name),
    element("div", "anime-quiet", facts.filter(Boolean).join(" · ")),
  );
  if (file.node_id !== null) {
    const from = words("files.of_node", { node: file.node_id, type: file.node_type || "?" });
    text.append(element("div", "anime-quiet", from));
  }
  if (!file.exists) {
    text.append(element("div", "anime-missing-file", words("files.gone")));
    return element("li", "anime-file", smallPicture(file), text);
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
function smallPicture(file) {
  const frame = element("span", "anime-file-picture");
  if (file.thumbnail) frame.append(image(api.apiURL(file.thumbnail)));
  return frame;
}

/** @param {WrittenFile} file */
function picture(file) {
  const frame = element("span", "anime-file-picture");
  if (file.width === null) return frame;
  const useThumbnail = () => frame.replaceChildren(...smallPicture(file).children);
  if (file.kind === "video") {
    const video = element("video");
    video.muted = true;
    video.preload = "metadata";
    video.src = `${addressOf(file)}#t=0.01`; // at time 0 some browsers paint nothing
    video.setAttribute("aria-hidden", "true");
    video.tabIndex = -1;
    video.addEventListener("error", useThumbnail); // a format that the browser can't play
    frame.append(video);
    return frame;
  }
  const whole = image(addressOf(file));
  whole.addEventListener("error", useThumbnail);
  frame.append(whole);
  return frame;
}

/** @param {string} address */
function image(address) {
  const picture = element("img");
  picture.alt = "";
  picture.loading = "lazy";
  picture.decoding = "async";
  picture.addEventListener("error", () => picture.remove());
  picture.src = address;
  return picture;
}
