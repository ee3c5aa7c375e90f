/** Times of the frames of a clip that is played again and again. */

export const SLOWER = 4; // times that a frame beside the seam is displayed for, if it is slowed
const BESIDE = 3; // frames on each side of the seam

/**
 * Return true if a frame lies beside the seam: it is one of the last or first frames.
 *
 * @param {number} frame
 * @param {number} frames number of frames of the clip
 */
export function isAtSeam(frame, frames) {
  const beside = Math.min(BESIDE, Math.floor(frames / 4));
  return frame < beside || frame >= frames - beside;
}

/**
 * Return how long each picture is displayed, in milliseconds. A picture also takes the time of the
 * frames behind it that are left out, so that the clip keeps its length.
 *
 * @param {number[]} numbers frames that have a picture, rising
 * @param {number} frames number of frames of the clip
 * @param {number} fps
 * @param {boolean} isSlow true to slow the frames beside the seam
 */
export function durations(numbers, frames, fps, isSlow) {
  return numbers.map((frame, place) => {
    const length = (numbers[place + 1] ?? frames) - frame;
    return ((length * 1000) / fps) * (isSlow && isAtSeam(frame, frames) ? SLOWER : 1);
  });
}

/**
 * Return the place of the picture that displays a frame: its own, or that of the nearest frame
 * before it.
 *
 * @param {number[]} numbers frames that have a picture, rising, from 0
 * @param {number} frame
 */
export function placeOf(numbers, frame) {
  const next = numbers.findIndex((each) => each > frame);
  return next < 0 ? numbers.length - 1 : Math.max(next - 1, 0);
}

/**
 * Return the place that is displayed now, and when it ends. Places whose time has passed are left
 * out, so that a slow page keeps the clip's rate.
 *
 * @param {{place: number, end: number}} shown the place that was displayed, and when it ended
 * @param {number[]} lengths result of `durations`
 * @param {number} now in the same milliseconds as `end`
 */
export function following({ place, end }, lengths, now) {
  const total = lengths.reduce((sum, each) => sum + each, 0);
  let next = (place + 1) % lengths.length;
  let until = (now - end > total ? now : end) + lengths[next];
  while (until < now) {
    next = (next + 1) % lengths.length;
    until += lengths[next];
  }
  return { place: next, end: until };
}
