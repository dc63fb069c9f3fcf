// While the epochs play: the frames that Python sent, and a line at the epoch over the figures that have one.
// @ts-check
const WITH_EPOCH_LINE = ["shares", "skew", "map"];

// Plotly takes 10 ms and more to move a shape; a line over the figure takes none.
function moveEpochLine(plot, epoch) {
  const line = plot.querySelector(":scope > .epoch-line")
    ?? plot.appendChild(Object.assign(document.createElement("div"), { className: "epoch-line" }));
  const [x, y, width, height] = ["x", "y", "width", "height"].map((name) => Number(plot.querySelector(".nsewdrag").getAttribute(name)));
  const [first, last] = plot.layout.xaxis.range;
  line.style.transform = `translate(${x + (width * (epoch - first)) / (last - first)}px, ${y}px)`;
  line.style.height = `${height}px`;
  plot.classList.add("playing");
}

function removeEpochLine(plot) {
  plot.classList.remove("playing");
  plot.querySelector(":scope > .epoch-line")?.remove();
}

/** Show a chart at an epoch; false where it does not follow. */
function showEpoch(plot, id, epoch) {
  const frames = live.frames?.charts[id];
  if (frames) window.Plotly.restyle(plot, Object.fromEntries(Object.entries(frames).map(([name, of]) => [name, of[epoch]])));
  else if (WITH_EPOCH_LINE.includes(id)) moveEpochLine(plot, epoch);
  else return false;
  return true;
}

function takeFrames(text) {
  const { run, charts } = JSON.parse(text);
  for (const attributes of Object.values(charts)) {
    for (const [name, values] of Object.entries(attributes)) attributes[name] = unpacked(values);
  }
  live.frames = { run, charts };
  document.dispatchEvent(new CustomEvent("skewlab:frames"));
}
