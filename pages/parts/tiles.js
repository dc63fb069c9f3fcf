// Figures of merit with spark-lines, updated in place.
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
  const svg = box.querySelector("svg");
  const width = svg.clientWidth || WIDTH;
  const at = ([x, y]) => [ROOM + x * (width - 2 * ROOM), HEIGHT - ROOM - y * (HEIGHT - 2 * ROOM)];
  const [path, dot] = svg.children;
  path.setAttribute("d", tile.points.map((point, i) => `${i ? "L" : "M"}${at(point).join(" ")}`).join(""));
  const [x, y] = at(tile.at);
  Object.entries({ cx: x, cy: y, r: 3 }).forEach(([name, number]) => dot.setAttribute(name, number));
}

export default function ({ data, parentElement }) {
  const list = parentElement.querySelector(".tiles");
  if (!list || !data) return;
  while (list.children.length > data.tiles.length) list.lastChild.remove();
  while (list.children.length < data.tiles.length) build(list);
  const all = () => data.tiles.forEach((tile, i) => draw(list.children[i], tile));
  all();
  list.watch?.disconnect();
  list.watch = new ResizeObserver(all);
  list.watch.observe(list);
  return () => setTimeout(() => { if (!list.isConnected) list.watch?.disconnect(); }, 0);
}
