/** Field for a picture or a clip of the form for a production. */

import { api } from "../../../../scripts/api.js";
import { element } from "../../element.js";
import { errorText } from "../../parts/message.js";
import { words } from "../../words.js";
import { FieldFrame } from "./field_frame.js";
import { upload } from "./upload.js";

/**
 * @import { OrderField } from "./order_fields.js"
 * @import { StartPicture } from "./upload.js"
 */

/** Field with the picture that was chosen, and buttons to choose another one and to remove it. */
export class PictureField extends FieldFrame {
  /**
   * @param {OrderField} field
   * @param {StartPicture | null} picture
   * @param {(picture: StartPicture | null) => void} onChange
   */
  constructor(field, picture, onChange) {
    const choose = element("button", "anime-action");
    const hint = field.required ? "ordering.picture_needed" : "ordering.picture_free";
    super(field, choose, words(hint));
    this.onChange = onChange;
    choose.type = "button";
    // Its name is the field's and what it says itself; the label alone would hide the latter.
    this.label.id = `${choose.id}-label`;
    choose.setAttribute("aria-labelledby", `${this.label.id} ${choose.id}`);
    choose.addEventListener("click", () => this.files.click());
    this.files = element("input");
    this.files.type = "file";
    this.files.accept = "image/*,video/*";
    this.files.hidden = true;
    this.files.addEventListener("change", () => {
      const [file] = this.files.files ?? [];
      this.files.value = ""; // so that the same file can be chosen again
      if (file) this.take(file);
    });
    this.preview = element("span", "anime-order-picture");
    this.name = element("span", "anime-file-name");
    this.name.setAttribute("role", "status");
    this.remove = element("button", "anime-action", words("ordering.picture_remove"));
    this.remove.type = "button";
    this.remove.addEventListener("click", () => {
      this.fill(null);
      choose.focus();
      this.onChange(null);
    });
    const buttons = element("div", "anime-actions", choose, this.remove);
    const text = element("div", "anime-order-picture-text", this.name, buttons);
    this.box.replaceChildren(this.preview, text, this.files);
    this.box.className = "anime-order-picture-box";
    this.fill(picture);
  }

  get text() {
    return this.picture?.value ?? "";
  }

  /**
   * Display a picture, or none.
   *
   * @param {StartPicture | null} picture
   */
  fill(picture) {
    /** @type {StartPicture | null} */
    this.picture = picture;
    this.name.textContent = picture?.name ?? "";
    this.remove.hidden = !picture;
    const label = picture ? "ordering.picture_other" : "ordering.picture_choose";
    this.control.textContent = words(label);
    this.preview.hidden = !picture;
    this.preview.replaceChildren(...(picture ? [view(picture)] : []));
    this.setError("");
  }

  /**
   * Upload a file that was chosen or dropped, and display it.
   *
   * @param {File} file
   */
  async take(file) {
    this.name.textContent = words("ordering.uploading", { name: file.name });
    this.root.setAttribute("aria-busy", "true");
    try {
      const picture = await upload(file);
      this.fill(picture);
      this.onChange(picture);
    } catch (error) {
      this.fill(this.picture ?? null);
      this.setError(errorText(error));
    } finally {
      this.root.removeAttribute("aria-busy");
    }
  }
}

/** @param {StartPicture} picture */
function view({ view: route, isVideo, name }) {
  const address = api.apiURL(route);
  if (!isVideo) {
    const image = element("img");
    image.alt = name;
    image.src = address;
    return image;
  }
  const video = element("video");
  video.muted = true;
  video.preload = "metadata";
  video.src = `${address}#t=0.01`; // at time 0 some browsers paint nothing
  video.setAttribute("aria-label", name);
  video.tabIndex = -1;
  return video;
}
