import { api } from "../../../scripts/api.js";
import { element } from "../element.js";
import { words } from "../words.js";
import { size } from "./times.js";

/**
 * A file that a job wrote, as the routes tell of it.
 *
 * @typedef {object} WrittenFile
 * @property {string} path below the output folder
 * @property {"image" | "animation" | "video"} kind
 * @property {number} bytes
 * @property {number} width
 * @property {number} height
 * @property {number} frames
 * @property {number | null} fps
 * @property {boolean} exists
 * @property {string} view where it can be looked at
 */

/**
 * Files as a list: a picture of each, what it is, and the links to open and to load it down.
 *
 * @param {WrittenFile[]} files
 */
export function fileList(files) {
  const made = element("ul", "anime-files", ...files.map(entry));
  return made;
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
    text.append(element("div", "anime-gone", words("files.gone")));
    return element("li", "anime-file", element("span", "anime-file-picture"), text);
  }
  const open = link(file, words("files.open"), words("files.open_of", { name }));
  open.target = "_blank";
  const save = link(file, words("files.download"), words("files.download_of", { name }));
  save.download = name;
  text.append(element("div", "anime-links", open, save));
  return element("li", "anime-file", picture(file), text);
}

/** @param {WrittenFile} file */
export function nameOf(file) {
  return file.path.split("/").at(-1) ?? file.path;
}

/** @param {WrittenFile} file */
export function addressOf(file) {
  return api.apiURL(file.view);
}

/**
 * @param {WrittenFile} file
 * @param {string} text
 * @param {string} label
 */
function link(file, text, label) {
  const made = element("a", "", text);
  made.href = addressOf(file);
  made.rel = "noopener";
  made.setAttribute("aria-label", label);
  return made;
}

/** @param {WrittenFile} file */
function picture(file) {
  const place = element("span", "anime-file-picture");
  if (file.kind === "video") {
    const video = element("video");
    video.muted = true;
    video.preload = "metadata";
    video.src = `${addressOf(file)}#t=0.01`; // else some browsers paint nothing
    video.setAttribute("aria-hidden", "true");
    video.tabIndex = -1;
    place.append(video);
    return place;
  }
  const shown = element("img");
  shown.alt = "";
  shown.loading = "lazy";
  shown.decoding = "async";
  shown.addEventListener("error", () => shown.remove());
  shown.src = addressOf(file);
  place.append(shown);
  return place;
}
