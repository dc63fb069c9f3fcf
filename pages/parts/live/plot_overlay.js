// Plotly's own redrawing takes 25 to 100 ms a figure. What moves with the epoch, and figures in which only the numbers
// change, are laid over the figure instead (a line for the marker, a sketch on a canvas) until it is drawn again.
function overlay(plot, kind, tag) {
  let over = plot.querySelector(`:scope > .${kind}`);
  if (!over) {
    over = Object.assign(document.createElement(tag), { className: kind });
    plot.append(over);
    plot.classList.add("overlaid");
  }
  return over;
}

function uncover(plot) {
  plot.querySelectorAll(":scope > .marker, :scope > .sketch").forEach((over) => over.remove());
  plot.classList.remove("overlaid");
}

const sketched = (plot) => plot.querySelector(":scope > .sketch");

function markAt(plot, epoch) {
  const { xaxis, yaxis } = plot._fullLayout;
  const line = overlay(plot, "marker", "div");
  line.style.transform = `translate(${xaxis._offset + xaxis.l2p(epoch)}px, ${yaxis._offset}px)`;
  if (!line.style.height) line.style.height = `${yaxis._length}px`;
}

// True where nothing more is to be done for this chart at this epoch.
function movedDirectly(plot, id, moves, epoch) {
  if (!plot?.whole) return true;
  if (id === "batches" && moves.frames) {
    const data = plot.whole.data.map((trace, i) => ({ ...trace, y: moves.frames[epoch][i] }));
    sketch(plot, { ...plot.whole, data });
    return true;
  }
  if (id === "batches" || id === "drawn" || id === "weights") return false;
  markAt(plot, epoch);
  return true;
}

// Without a move before Plotly draws again: in a row of key presses it would hold up the next one, for long where it
// takes long.
const RESTS = 4;  // times what Plotly took, and REST at least
const whenAtRest = (work, took) => {
  const rest = Math.max(REST, RESTS * took);
  setTimeout(() => (performance.now() - hand.at < rest ? whenAtRest(work, took) : whenIdle(work)), REST);
};
const whenIdle = (work) => (window.requestIdleCallback ? requestIdleCallback(work, { timeout: 300 }) : setTimeout(work, 100));
