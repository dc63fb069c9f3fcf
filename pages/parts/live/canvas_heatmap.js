// A sketch of a map of cells (plotly's heatmap), with the shapes that lie over it: the canvas covers them.
function heat(draw, trace, seen, { xaxis, yaxis, shapes }) {
  const { z: rows, x0 = 0, dx = 1 } = trace;
  const [height, width] = [rows.length, rows[0].length];
  const colours = coloursOf(seen);
  const cells = new ImageData(width, height);
  const pixels = new Uint32Array(cells.data.buffer);
  const scale = (colours.length - 1) / (seen.zmax - seen.zmin || 1);
  const { zmin } = seen;
  for (let i = 0, at = 0; i < height; i++) {
    for (let j = 0; j < width; j++) pixels[at++] = colours[Math.round((rows[i][j] - zmin) * scale)] ?? 0;
  }
  const small = new OffscreenCanvas(width, height);
  small.getContext("2d").putImageData(cells, 0, 0);
  const [left, right] = [x0 - dx / 2, x0 + (width - 0.5) * dx].map(xaxis.c2p);
  const [top, bottom] = [-0.5, height - 0.5].map(yaxis.c2p);
  draw.imageSmoothingEnabled = false;
  draw.drawImage(small, left, top, right - left, bottom - top);
  for (const { type, xref, yref, x0: a, x1: b, y0: c, y1: d, line } of shapes ?? []) {
    const [along, across] = [[a, b].map((x) => (xref === "paper" ? x * xaxis._length : xaxis.c2p(x))),
      [c, d].map((y) => (yref === "paper" ? (1 - y) * yaxis._length : yaxis.c2p(y)))];
    Object.assign(draw, { strokeStyle: line.color, lineWidth: line.width });
    draw.beginPath();
    if (type === "rect") draw.rect(along[0], across[0], along[1] - along[0], across[1] - across[0]);
    else { draw.moveTo(along[0], across[0]); draw.lineTo(along[1], across[1]); }
    draw.stroke();
  }
}

// 256 colours of a scale as pixels, between its stops in a straight line, as Plotly takes them.
function coloursOf({ colorscale }) {
  const stops = colorscale.map(([at, colour]) => [at, rgb(colour)]);
  return Uint32Array.from({ length: 256 }, (_, i) => {
    const place = i / 255;
    const next = Math.max(1, stops.findIndex(([at]) => at >= place));
    const [[from, low], [to, high]] = [stops[next - 1], stops[next]];
    const part = (place - from) / (to - from);
    const [red, green, blue] = low.map((value, c) => Math.round(value + part * (high[c] - value)));
    return (255 << 24) | (blue << 16) | (green << 8) | red;
  });
}

const rgb = (colour) => (colour.startsWith("#") ? [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16))
  : colour.match(/\d+/g).slice(0, 3).map(Number));
