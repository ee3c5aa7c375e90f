/** Room for results on a node: how high they may be without lying over another node. */

/**
 * Height that results add to a node, at most; what doesn't fit is scrolled and opened. Layouts of
 * workflows can count on it.
 */
export const MOST_HEIGHT = 240;
const GAP = 10; // pixels between results and the next node

/**
 * Return the height that results may have within a node and below it, in pixels; 0 if not even the
 * line with the verdict has room.
 *
 * @param {{own: number, bare: number, below: number, least: number}} sizes `own`: height of the node
 *   as its maker chose it; `bare`: least height of the node without results; `below`: free height
 *   below the node; `least`: height of the line with the verdict
 */
export function heightFor({ own, bare, below, least }) {
  const inside = Math.max(own - bare, 0);
  const height = Math.max(inside, Math.min(MOST_HEIGHT, inside + Math.max(below - GAP, 0)));
  return height < least ? 0 : height;
}

/**
 * Return the free height below a node: the distance to the title of the next node under it.
 *
 * @param {any} node
 * @param {number} bottom lower edge of the node without the height that results add
 * @param {number} titleHeight height of a node's title
 */
export function roomBelow(node, bottom, titleHeight) {
  const [left, top] = node.pos;
  const right = left + node.size[0];
  let room = Infinity;
  for (const other of node.graph?.nodes ?? []) {
    const [x, y] = other.pos;
    const isBeside = x >= right || x + other.size[0] <= left;
    if (other === node || isBeside || y - titleHeight < top) continue;
    room = Math.min(room, Math.max(y - titleHeight - bottom, 0));
  }
  return room;
}
