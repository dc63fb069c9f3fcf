// Metrics with spark-lines, updated in place.
// @ts-check
const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 100, HEIGHT = 28, ROOM = 3;
/** @typedef {{ own: { tiles: Tile[] }, shown: Tile[], end: () => void }} TilesState */
/** @type {WeakMap<HTMLElement, TilesState>} */
const lists = new WeakMap();
/** Measured on resize only: asking while playing would lay the page out each time. @type {WeakMap<Element, number>} */
const widths = new WeakMap();

function newTile() {
  const box = document.createElement("div");
  const [label, value, note, course] = ["dt", "dd", "dd", "dd"].map((tag) => document.createElement(tag));
  value.className = "value";
  note.className = "note";
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("aria-hidden", "true");
  svg.append(document.createElementNS(SVG, "path"), document.createElementNS(SVG, "circle"));
  course.append(svg);
  box.append(label, value, note, course);
  return box;
}

/** @param {Element} box @param {[number, number]} point each from 0 to 1 */
function pixelsOf(box, [x, y]) {
  return [ROOM + x * ((widths.get(box) || WIDTH) - 2 * ROOM), HEIGHT - ROOM - y * (HEIGHT - 2 * ROOM)];
}

/** @param {Element} box @param {Tile} tile @param {number} epoch @param {string} value */
function writeValue(box, tile, epoch, value) {
  box.querySelector(".value").textContent = value;
  const [x, y] = pixelsOf(box, [epoch / Math.max(tile.heights.length - 1, 1), tile.heights[epoch]]);
  const dot = box.querySelector("circle");
  Object.entries({ cx: x, cy: y, r: 3 }).forEach(([name, size]) => dot.setAttribute(name, String(size)));
}

/** @param {HTMLElement} list @param {TilesState} state @param {Tile[]} tiles */
function showTiles(list, state, tiles) {
  state.shown = tiles;
  while (list.children.length > tiles.length) list.lastChild.remove();
  while (list.children.length < tiles.length) list.append(newTile());
  tiles.forEach((tile, i) => {
    const box = list.children[i];
    box.querySelector("dt").textContent = tile.label;
    box.querySelector(".note").textContent = tile.note;
    const path = tile.points.map((point, at) => `${at ? "L" : "M"}${pixelsOf(box, point).join(" ")}`).join("");
    box.querySelector("path").setAttribute("d", path);
    writeValue(box, tile, tile.epoch, tile.value);
  });
}

/** @param {HTMLElement} list @param {TilesState} state @param {string} key */
function follow(list, state, key) {
  const { epoch } = live.values;
  const values = live.playing && live.frames?.charts[key]?.value[epoch];
  if (values) state.shown.forEach((tile, i) => writeValue(list.children[i], tile, epoch, values[i]));
  if (live.playing) return;
  const answer = Object.keys(valuesAhead()).length ? answerTo(valuesAhead()) ?? live.latestAnswer : { [key]: state.own };
  const tiles = answer?.[key]?.tiles;
  if (tiles && tiles !== state.shown) showTiles(list, state, tiles);
}

/** @param {HTMLElement} list @param {{ key: string, tiles: Tile[] }} data @returns {TilesState} */
function newList(list, data) {
  const state = /** @type {TilesState} */ ({});
  const update = () => follow(list, state, data.key);
  const resized = new ResizeObserver(() => {
    for (const box of list.children) widths.set(box, box.querySelector("svg").clientWidth);
    showTiles(list, state, state.shown);
  });
  resized.observe(list);
  document.addEventListener("skewlab:slider", update);
  state.end = () => { resized.disconnect(); document.removeEventListener("skewlab:slider", update); };
  lists.set(list, state);
  return state;
}

/** @param {Component} component */
export default function ({ data, parentElement }) {
  /** @type {HTMLElement} */
  const list = parentElement.querySelector(".tiles");
  if (!list || !data) return;
  const state = lists.get(list) ?? newList(list, data);
  state.own = data;
  showTiles(list, state, data.tiles);
  follow(list, state, data.key);
  return () => setTimeout(() => { if (!list.isConnected) state.end(); }, 0);
}
