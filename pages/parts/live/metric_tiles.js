// Metrics with spark-lines, updated in place.
const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 100, HEIGHT = 28, ROOM = 3;

function build(list) {
  const box = document.createElement("div");
  const label = document.createElement("dt");
  const value = Object.assign(document.createElement("dd"), { className: "value" });
  const note = Object.assign(document.createElement("dd"), { className: "note" });
  const course = document.createElement("dd");
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("aria-hidden", "true");
  svg.append(document.createElementNS(SVG, "path"), document.createElementNS(SVG, "circle"));
  course.append(svg);
  box.append(label, value, note, course);
  list.append(box);
  return box;
}

function draw(box, tile) {
  const [label, value, note] = box.children;
  label.textContent = tile.label;
  value.textContent = tile.value;
  note.textContent = tile.note;
  const at = places(box);
  const path = tile.points.map((point, i) => `${i ? "L" : "M"}${at(point).join(" ")}`).join("");
  box.querySelector("path").setAttribute("d", path);
  dotAt(box, tile, tile.epoch);
}

function places(box) {  // its width is measured on resize only: asking while playing would lay the page out each time
  const width = Number(box.dataset.width) || WIDTH;
  return ([x, y]) => [ROOM + x * (width - 2 * ROOM), HEIGHT - ROOM - y * (HEIGHT - 2 * ROOM)];
}

function dotAt(box, tile, epoch) {
  const [x, y] = places(box)([epoch / Math.max(tile.heights.length - 1, 1), tile.heights[epoch]]);
  const dot = box.querySelector("circle");
  Object.entries({ cx: x, cy: y, r: 3 }).forEach(([name, size]) => dot.setAttribute(name, size));
}

export default function ({ data, parentElement }) {
  const list = parentElement.querySelector(".tiles");
  if (!list || !data) return;
  const show = (tiles) => {
    list.shown = tiles;
    while (list.children.length > tiles.length) list.lastChild.remove();
    while (list.children.length < tiles.length) build(list);
    tiles.forEach((tile, i) => draw(list.children[i], tile));
  };
  const all = () => {
    for (const box of list.children) box.dataset.width = box.querySelector("svg").clientWidth;
    list.shown.forEach((tile, i) => draw(list.children[i], tile));
  };
  show(data.tiles);
  all();
  list.watch?.disconnect();
  list.watch = new ResizeObserver(all);
  list.watch.observe(list);
  document.removeEventListener("skewlab:move", list.follow);
  list.follow = ({ detail: { key, value } }) => {  // the epoch moves along courses that are known; the rest is asked for
    const moves = window.skewlabMoves?.moves;
    const ahead = moves && !hand.playing ? pending(moves) : {};
    const there = Object.keys(ahead).length ? answered(moves, ahead)?.[data.key]?.tiles : hand.playing ? null : data.tiles;
    if (there) {
      if (there !== list.shown) show(there);
      return;
    }
    if (key !== "epoch") return;
    list.shown.forEach((tile, i) => {
      if (value >= tile.course.length) return;
      list.children[i].querySelector(".value").textContent = (tile.part ? percent : number)(tile.course[value]);
      dotAt(list.children[i], tile, value);
    });
  };
  document.addEventListener("skewlab:move", list.follow);
  return () => setTimeout(() => {
    if (list.isConnected) return;
    list.watch?.disconnect();
    document.removeEventListener("skewlab:move", list.follow);
  }, 0);
}
