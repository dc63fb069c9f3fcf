// Metrics with spark-lines, updated in place.
// @ts-check
const WIDTH = 100, HEIGHT = 22, ROOM = 3;
const MOST_POINTS = 120;  // of a spark-line
const TILE = `<dt></dt><dd class="value"></dd><dd class="note"></dd>
  <dd><svg aria-hidden="true"><path></path><circle r="3"></circle></svg></dd>`;

class TileList {
  key = "";
  /** Of the page's last run. @type {Tile[]} */
  own = [];
  shown = this.own;
  width = WIDTH;  // measured on resize only: asking while playing would lay the page out each time

  constructor(list) {
    this.list = list;
    this.resized = new ResizeObserver(() => {
      this.width = list.querySelector("svg")?.clientWidth || WIDTH;
      this.show(this.shown);
    });
    this.resized.observe(list);
    document.addEventListener("skewlab:slider", this.follow);
  }

  /** Where an epoch stands on a spark-line. @param {Tile} tile @param {number} epoch */
  pixels({ heights }, epoch) {
    const x = epoch / Math.max(heights.length - 1, 1);
    return [ROOM + x * (this.width - 2 * ROOM), HEIGHT - ROOM - heights[epoch] * (HEIGHT - 2 * ROOM)];
  }

  /** @param {Tile} tile */
  sparkLine(tile) {
    const last = tile.heights.length - 1, steps = Math.min(last, MOST_POINTS - 1);
    const epochs = Array.from({ length: steps + 1 }, (_, step) => Math.round((step * last) / Math.max(steps, 1)));
    return epochs.map((epoch, at) => `${at ? "L" : "M"}${this.pixels(tile, epoch).join(" ")}`).join("");
  }

  /** @param {Tile[]} tiles */
  show(tiles) {
    this.shown = tiles;
    while (this.list.children.length > tiles.length) this.list.lastChild.remove();
    while (this.list.children.length < tiles.length) this.list.append(Object.assign(document.createElement("div"), { innerHTML: TILE, tabIndex: 0 }));
    tiles.forEach((tile, i) => {
      const box = this.list.children[i];
      box.querySelector("dt").textContent = tile.label;
      box.querySelector(".note").textContent = tile.note;
      box.querySelector("path").setAttribute("d", this.sparkLine(tile));
      this.showValue(i, tile.epoch, tile.value);
    });
  }

  showValue(i, epoch, value) {
    const box = this.list.children[i], dot = box.querySelector("circle");
    box.querySelector(".value").textContent = value;
    const [cx, cy] = this.pixels(this.shown[i], epoch);
    dot.setAttribute("cx", String(cx));
    dot.setAttribute("cy", String(cy));
  }

  follow = () => {
    const { epoch } = live.values, values = live.frames?.charts[this.key]?.value[epoch];
    if (live.playing) values?.forEach((value, i) => this.showValue(i, epoch, value));
    const tiles = changedValues() ? changedFigures()?.[this.key]?.tiles : this.own;
    if (!live.playing && tiles && tiles !== this.shown) this.show(tiles);
  };

  end() {
    this.resized.disconnect();
    document.removeEventListener("skewlab:slider", this.follow);
  }
}

/** @type {WeakMap<HTMLElement, TileList>} */
const lists = new WeakMap();

/** @param {Component} component */
export default function ({ data, parentElement }) {
  /** @type {HTMLElement} */
  const list = parentElement.querySelector(".tiles");
  if (!list || !data) return;
  const tiles = lists.get(list) ?? new TileList(list);
  lists.set(list, tiles);
  Object.assign(tiles, { key: data.key, own: data.tiles });
  tiles.show((!live.playing && changedFigures()?.[data.key]?.tiles) || data.tiles);
  return () => setTimeout(() => { if (!list.isConnected) tiles.end(); }, 0);
}
