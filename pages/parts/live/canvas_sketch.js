// Figures on a canvas in a millisecond or two, for as long as a hand moves: bars, lines and points as Plotly draws them, on
// the axes that stand there. `canSketch` says whether a figure differs from the standing one in its numbers alone.
// How much of an axis must be filled: with less, one of their own would show the numbers better. While the hand moves; and
// of a figure that Plotly draws again as soon as the hand rests.
const LEAST_FILLED = 0.5, LEAST_FOR_NOW = 0.1;
const DASHES = { solid: [], dot: [1, 1], dash: [3, 3], longdash: [5, 5], dashdot: [3, 1, 1, 1],
  longdashdot: [5, 2, 1, 2] };  // in widths of the line, which count as 3 px at least
const STROKE = "line-ns-open";
const isNumbers = (value) => value?.bdata !== undefined || typeof value?.[0] === "number" || value?.length === 0;

// All of a figure but its numbers, the texts that stand beside them, and the room that axes of its own would keep; in one
// order, though figures name them in others.
const BLANK = { z: 0, customdata: 0, zmin: 0, zmax: 0, colorbar: 0, text: 0, textposition: 0 };
const besideNumbers = ({ data, layout }) => JSON.stringify([layout, data.map((trace) => ({ ...BLANK, ...trace, ...BLANK,
  x: isNumbers(trace.x) ? 0 : trace.x, y: isNumbers(trace.y) ? 0 : trace.y,
  error_x: trace.error_x && { ...trace.error_x, array: 0, arrayminus: 0 } }))],
  (key, value) => (key === "autorangeoptions" ? undefined : value));

const axesOf = ({ _fullLayout: full }, { xaxis = "x", yaxis = "y" }) =>
  [full[xaxis.replace("x", "xaxis")], full[yaxis.replace("y", "yaxis")]];

// The numbers of a trace along each axis, as Plotly places them: [x, y], each a list.
function placed(trace, seen) {
  const [x, y] = [trace.x, trace.y].map(unpacked);
  const from = (first, { length }) => Float64Array.from({ length }, (_, j) => first + j);
  return [x ?? from(seen.x0, y), y ?? from(seen.y0, x)];
}

// What is drawn here: bars that are stacked or alone on their axes, lines with or without the area to zero, points that
// are round or a stroke, with or without whiskers that lie, ribbons between two lines of steps, maps.
function isSimple({ data, layout }) {
  const alone = new Set(data.map(({ xaxis }) => xaxis)).size === data.length;
  return data.every(({ type, fill = "none", marker, line }) => (type === "bar" ? alone || layout.barmode === "stack"
    : type === "heatmap" || (type === "scatter" && [undefined, STROKE].includes(marker?.symbol)
      && (line?.shape === "hvh" ? ["none", "tonexty"] : ["none", "tozeroy"]).includes(fill)
      && [undefined, "hvh"].includes(line?.shape) && (line?.dash ?? "solid") in DASHES)));
}

function canSketch(plot, figure, least) {
  const { whole } = plot;
  if (!whole || whole.data.length !== figure.data.length || plot.querySelector(":scope > .marker")) return false;
  if (!isSimple(figure) || (whole.still ??= besideNumbers(whole)) !== besideNumbers(figure)) return false;
  return keepsAxes(plot, figure, least);
}

// From where to where the whiskers of each value go.
function endsOf({ array, arrayminus }, values) {
  const [more, less] = [array, arrayminus].map(unpacked);
  return Array.from(values, (value, j) => [value - less[j], value + more[j]]);
}

// Whether the numbers lie on the axes that stand there, the colours of a map too, and with the room they would keep fill
// them well enough.
function keepsAxes(plot, figure, least) {
  const ends = new Map();
  const stack = [];
  figure.data.forEach((trace, i) => {
    const seen = plot._fullData[i];
    if (seen.visible !== true) return;
    if (seen.type === "heatmap") {
      ends.set({ range: [seen.zmin, seen.zmax] }, [trace.zmin, trace.zmax]);
      return;
    }
    const values = placed(trace, seen);
    axesOf(plot, seen).forEach((axis, side) => {
      if (!axis.autorange || axis.type === "category") return;
      const fromZero = axis.rangemode === "tozero" || seen.type === "bar";
      const [low, high] = ends.get(axis) ?? (fromZero ? [0, 0] : [Infinity, -Infinity]);
      const reached = side || !trace.error_x ? values[side] : endsOf(trace.error_x, values[side]).flat();
      const own = Array.from(reached, (value, j) => (
        figure.layout.barmode === "stack" && side ? (stack[j] = (stack[j] ?? 0) + value) : axis.c2l(value)));
      const known = own.filter(Number.isFinite);
      ends.set(axis, [Math.min(low, ...known), Math.max(high, ...known)]);
    });
  });
  return [...ends].every(([axis, [low, high]]) => {
    const [from, to] = axis.range;
    const room = figure.layout[axis._name]?.autorangeoptions?.include ?? [];
    const filled = Math.min(to, Math.max(high, ...room)) - Math.max(from, Math.min(low, ...room));
    return low >= from && high <= to && filled > least * (to - from);
  });
}

function sketch(plot, figure) {
  const { _fullLayout: full, _fullData } = plot;
  const canvas = overlay(plot, "sketch", "canvas");
  const dense = window.devicePixelRatio || 1;
  const [width, height] = [full.width * dense, full.height * dense].map(Math.round);
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const draw = canvas.getContext("2d");
  draw.setTransform(dense, 0, 0, dense, 0, 0);
  draw.clearRect(0, 0, full.width, full.height);
  const base = full.barmode === "stack" ? [] : null;
  figure.data.forEach((trace, i) => {
    const seen = _fullData[i];
    if (seen.visible !== true) return;  // taken out by a click on the legend
    const [xaxis, yaxis] = axesOf(plot, seen);
    draw.save();
    draw.translate(xaxis._offset, yaxis._offset);
    draw.beginPath();
    if (seen.cliponaxis !== false) draw.rect(0, 0, xaxis._length, yaxis._length);
    else draw.rect(-xaxis._offset, -yaxis._offset, full.width, full.height);
    draw.clip();
    draw.font = `${full.font.size}px ${full.font.family}`;
    const how = { bar: bars, heatmap: heat, scatter: seen.line?.shape === "hvh" ? ribbon : curve }[seen.type];
    const below = figure.data[i - 1];
    const { bargap, font } = full;
    how(draw, trace, seen, { xaxis, yaxis, base, bargap, below, shapes: figure.layout.shapes, ink: font.color });
    draw.restore();
  });
}

const each = (value, j) => (Array.isArray(value) ? value[j] : value);

function bars(draw, trace, seen, { xaxis, yaxis, base, bargap, ink }) {
  const lying = seen.orientation === "h";
  const [along, across] = lying ? [xaxis, yaxis] : [yaxis, xaxis];
  const [x, y] = placed(trace, seen);
  const [sizes, places] = lying ? [x, y] : [y, x];
  const half = (1 - bargap) / 2;
  sizes.forEach((size, j) => {
    const place = across.type === "category" ? j : places[j];
    const start = base?.[j] ?? 0;
    if (base) base[j] = start + size;
    const [near, far] = [along.c2p(start), along.c2p(start + size)];
    const [one, other] = [across.c2p(place - half), across.c2p(place + half)];
    const colour = each(seen.marker.color, j);
    Object.assign(draw, { fillStyle: colour, globalAlpha: (seen.opacity ?? 1) * (each(seen.marker.opacity, j) ?? 1) });
    if (lying) draw.fillRect(near, one, far - near, other - one);
    else draw.fillRect(one, far, other - one, near - far);
    if (trace.text) textOfBar(draw, trace.text[j], { near, far, one, other }, trace.textposition, colour, ink);
  });
}

const DARK = 128;  // brightness out of 255 under which a colour has white text
// In the bar at its end where there is room, smaller in a thin bar; else behind its end.
function textOfBar(draw, text, { near, far, one, other }, position, colour, ink) {
  const gap = 3;
  const size = parseFloat(draw.font);
  const scale = Math.min(1, (Math.abs(other - one) - 2 * gap) / (1.3 * size));
  const inside = position === "auto" && scale * draw.measureText(text).width + 2 * gap <= far - near;
  const [red, green, blue] = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
  const over = 0.299 * red + 0.587 * green + 0.114 * blue < DARK ? "#fff" : "#444";
  draw.save();
  draw.translate(far + (inside ? -gap : gap), (one + other) / 2);
  if (inside) draw.scale(scale, scale);
  Object.assign(draw, { textBaseline: "middle", textAlign: inside ? "right" : "left", fillStyle: inside ? over : ink });
  draw.fillText(text, 0, 0);
  draw.restore();
}

function curve(draw, trace, seen, { xaxis, yaxis, ink }) {
  const [x, y] = placed(trace, seen);
  const points = Array.from(y, (value, j) => [xaxis.c2p(x[j]), yaxis.c2p(yaxis.type === "category" ? j : value)]);
  draw.globalAlpha = seen.opacity ?? 1;
  if (seen.mode.includes("lines")) {
    const { width, dash, color } = seen.line;
    const path = new Path2D();
    let down = false;
    for (const [left, top] of points) {
      if (!Number.isFinite(left + top)) down = false;
      else if (down) path.lineTo(left, top);
      else { path.moveTo(left, top); down = true; }
    }
    if (seen.fill === "tozeroy") {
      const area = new Path2D(path);
      area.lineTo(points.at(-1)[0], yaxis.c2p(0));
      area.lineTo(points[0][0], yaxis.c2p(0));
      draw.fillStyle = seen.fillcolor;
      draw.fill(area);
    }
    Object.assign(draw, { strokeStyle: color, lineWidth: width, lineJoin: "miter" });
    draw.setLineDash(DASHES[dash].map((long) => long * Math.max(width, 3)));
    draw.stroke(path);
  }
  draw.setLineDash([]);
  if (trace.error_x) whiskers(draw, endsOf(trace.error_x, x), seen.error_x, points, xaxis);
  if (!seen.mode.includes("markers")) return;
  points.forEach(([left, top], j) => {
    const [colour, radius] = [each(seen.marker.color, j), each(seen.marker.size, j) / 2];
    Object.assign(draw, { fillStyle: colour, strokeStyle: colour, lineWidth: 1,
      globalAlpha: (seen.opacity ?? 1) * (each(seen.marker.opacity, j) ?? 1) });
    draw.beginPath();
    if (seen.marker.symbol === STROKE) {
      draw.moveTo(left, top - radius);
      draw.lineTo(left, top + radius);
      draw.stroke();
    } else {
      draw.arc(left, top, radius, 0, 2 * Math.PI);
      draw.fill();
    }
    if (!seen.mode.includes("text")) return;
    const [up, side] = trace.textposition.split(" ");
    const off = radius + 3;
    Object.assign(draw, { fillStyle: ink, textAlign: side === "left" ? "right" : "left",
      textBaseline: up === "top" ? "bottom" : "top" });
    draw.fillText(trace.text[j], left + (side === "left" ? -off : off), top + (up === "top" ? -off : off));
  });
}

// Between the steps of this line and those of the one before it.
function ribbon(draw, trace, seen, { xaxis, yaxis, below }) {
  if (seen.fill !== "tonexty") return;
  const [x, upper] = placed(trace, seen);
  const lower = unpacked(below.y);
  draw.beginPath();
  for (let j = 0; j < upper.length; j++) {
    const [top, bottom] = [upper[j], lower[j]].map(yaxis.c2p);
    if (!Number.isFinite(top + bottom)) continue;
    const [left, right] = [[j - 1, j], [j, j + 1]].map(([one, other]) =>
      xaxis.c2p((x[Math.max(one, 0)] + x[Math.min(other, x.length - 1)]) / 2));
    draw.rect(left, top, right - left, bottom - top);
  }
  draw.fillStyle = seen.fillcolor;
  draw.fill();
}

function whiskers(draw, ends, { color, width, thickness }, points, xaxis) {
  draw.beginPath();
  ends.forEach((pair, j) => {
    const top = points[j][1], [left, right] = pair.map((end) => xaxis.c2p(end));
    if (!Number.isFinite(left + right)) return;
    for (const end of [left, right]) {
      draw.moveTo(end, top - width);
      draw.lineTo(end, top + width);
    }
    draw.moveTo(left, top);
    draw.lineTo(right, top);
  });
  Object.assign(draw, { strokeStyle: color, lineWidth: thickness });
  draw.stroke();
}
