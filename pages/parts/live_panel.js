// Figures that update in place. Python sends finished figures; nothing is removed and built anew, so zoom and place stay.
// Rules: one drawing at a time over all panels, the newest request of a chart replaces its older one, cheap ranks first.
const load = (src) => window.Plotly?.react ? Promise.resolve(window.Plotly)
  : (window.skewlabPlotly ??= new Promise((resolve, reject) => {
    const script = Object.assign(document.createElement("script"), { src, onload: () => resolve(window.Plotly),
      onerror: () => reject(new Error("plotly.js was not served")) });
    document.head.append(script);
  }));

const painter = (window.skewlabPainter ??= { jobs: new Map(), busy: false });
const nextFrame = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 0)));

function nextJob() {
  // Lowest rank first, but nothing waits for long: a drag must move the large figures too.
  const now = performance.now();
  const jobs = [...painter.jobs.values()];
  const late = jobs.filter((job) => now - job.since > 150).sort((a, b) => a.since - b.since)[0];
  return late ?? jobs.sort((a, b) => a.rank - b.rank)[0];
}

async function pump() {
  if (painter.busy) return;
  painter.busy = true;
  while (painter.jobs.size) {
    const job = nextJob();
    painter.jobs.delete(job.id);
    let idle = false;  // a figure that is shown already takes no time: no frame is waited for
    try { idle = await job.draw() === "as it was"; } catch (error) { console.error("live panel:", error); }
    if (painter.jobs.size && !idle) await nextFrame();
  }
  painter.busy = false;
}

function enqueue(id, rank, draw) {
  const waiting = painter.jobs.get(id);
  painter.jobs.set(id, { id, rank, draw, since: waiting?.since ?? performance.now() });
  pump();
}

function theme(root) {
  const style = getComputedStyle(root);
  const of = (name) => style.getPropertyValue(name).trim();
  const grid = of("--st-border-color-light") || of("--st-border-color");
  return { text: of("--st-text-color"), font: of("--st-font"), paper: of("--st-background-color"), grid };
}

function themed(figure, look, height) {
  const { layout } = figure;
  const axes = Object.fromEntries(Object.keys(layout).filter((key) => /^[xy]axis/.test(key)).map((key) => [key,
    { gridcolor: look.grid, zerolinecolor: look.grid, linecolor: look.grid, ...layout[key] }]));
  return { ...layout, ...axes, height, autosize: true, paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
    font: { color: look.text, family: look.font, size: 13 },
    hoverlabel: { bgcolor: look.paper, bordercolor: look.grid, font: { color: look.text, family: look.font } } };
}

const CONFIG = { responsive: false, displaylogo: false, showSendToCloud: false, displayModeBar: "hover",
  modeBarButtonsToRemove: ["lasso2d", "select2d", "autoScale2d"] };

function frameOf(root, chart) {
  let frame = root.querySelector(`[data-frame="${chart.id}"]`);
  if (!frame) {
    frame = document.createElement("figure");
    frame.dataset.frame = chart.id;
    const caption = document.createElement("figcaption");
    caption.append(document.createElement("strong"), document.createElement("span"));
    const plot = document.createElement("div");
    plot.dataset.chart = chart.id;
    plot.setAttribute("role", "figure");
    frame.append(caption, plot);
    root.append(frame);
  }
  const [title, note] = frame.querySelector("figcaption").children;
  if (title.textContent !== chart.title) title.textContent = chart.title;
  if (note.textContent !== chart.note) note.textContent = chart.note;
  frame.style.setProperty("--span", chart.span);
  return frame;
}

function show(root, state, chart, figure, tag) {
  const frame = frameOf(root, chart);
  const plot = frame.querySelector("[data-chart]");
  frame.classList.remove("waiting");
  plot.style.minHeight = `${chart.height}px`;
  enqueue(`${state.key}/${chart.id}`, chart.rank, async () => {
    const Plotly = await load(state.src);
    if (!root.isConnected) return;
    const look = theme(root);
    const mark = `${look.text}${look.paper}${chart.height}`;
    // A preview that Python's figure turns out to equal, number for number, is left standing.
    const python = !tag.startsWith("preview");
    const standing = python && plot.preview && sameFigure(plot.preview, figure);
    const asItWas = (plot.shown === figure || standing) && plot.mark === mark;
    plot.preview = python ? null : figure;
    if (standing) plot.shown = figure;
    if (!asItWas) {
      uncover(plot);
      await Plotly.react(plot, figure.data, themed(figure, look, chart.height), CONFIG);
      Object.assign(plot, { shown: figure, mark });
      if (!plot.clicks) {
        plot.clicks = true;
        plot.on("plotly_click", ({ points: [point] }) => {
          const rank = rankOf(chart.id, point, state.moves);
          if (rank !== null) state.pick(rank);
        });
      }
    }
    plot.setAttribute("aria-label", chart.alt);
    plot.dataset.rev = root.dataset.rev = tag;
    return asItWas ? "as it was" : "drawn";
  });
}

// Whether two figures show the same: layout and texts alike, numbers to a millionth.
function sameFigure(one, other) {
  if (JSON.stringify(one.layout) !== JSON.stringify(other.layout) || one.data.length !== other.data.length) return false;
  return one.data.every((trace, i) => ["x", "y", "z", "text", "customdata"].every((key) =>
    sameValues(unpacked(trace[key]), unpacked(other.data[i][key]))));
}

function sameValues(one, other) {
  if (one === other) return true;
  if (one?.length === undefined || one.length !== other?.length) return false;
  for (let i = 0; i < one.length; i++) {
    const [a, b] = [one[i], other[i]];
    if (typeof b === "number" ? !(Math.abs(a - b) <= 1e-6 * Math.max(1, Math.abs(b))) && !(a !== a && b !== b)
      : typeof b === "object" ? !sameValues(a, b) : a !== b) return false;
  }
  return true;
}

// --- following the hand -------------------------------------------------------------------------------------------
const shared = (window.skewlabMoves ??= {});  // what the panels of a page follow: it arrives with the first of them
const HAND_LOST = 5000;  // ms after which a value that never came back from the server is given up

function pending(moves) {
  const ahead = Object.entries(hand.values).filter(([key, value]) => Math.abs((moves.values[key] ?? NaN) - value) > 1e-9
    || moves.values[key] === undefined);
  return Object.fromEntries(ahead);
}

// The epoch alone. Plotly's own redrawing takes 25 to 100 ms a figure; what moves with the epoch is laid over its figure
// instead (a line for the marker, a canvas for the bars), and taken away when Python's figure replaces it.
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
  plot.querySelectorAll(":scope > .marker, :scope > .bars").forEach((over) => over.remove());
  plot.classList.remove("overlaid");
}

function markAt(plot, epoch) {
  const { xaxis, yaxis } = plot._fullLayout;
  const line = overlay(plot, "marker", "div");
  line.style.transform = `translate(${xaxis._offset + xaxis.l2p(epoch)}px, ${yaxis._offset}px)`;
  if (!line.style.height) line.style.height = `${yaxis._length}px`;
}

function barsAt(plot, drawn) {
  const { xaxis, yaxis, bargap } = plot._fullLayout;
  const canvas = overlay(plot, "bars", "canvas");
  const dense = window.devicePixelRatio || 1;
  if (canvas.width !== Math.round(xaxis._length * dense)) {
    Object.assign(canvas, { width: Math.round(xaxis._length * dense), height: Math.round(yaxis._length * dense) });
    Object.assign(canvas.style, { left: `${xaxis._offset}px`, top: `${yaxis._offset}px`, width: `${xaxis._length}px`,
      height: `${yaxis._length}px` });
  }
  const draw = canvas.getContext("2d");
  draw.setTransform(dense, 0, 0, dense, 0, 0);
  draw.clearRect(0, 0, xaxis._length, yaxis._length);
  const [first, half, base] = [plot._fullData[0].x0, (1 - bargap) / 2, new Float64Array(drawn[0].length)];
  drawn.forEach((row, i) => {
    draw.fillStyle = plot._fullData[i].marker.color;
    row.forEach((size, j) => {
      const [left, right] = [xaxis.l2p(first + j - half), xaxis.l2p(first + j + half)];
      const [low, high] = [yaxis.l2p(base[j]), yaxis.l2p(base[j] += size)];
      draw.fillRect(left, high, right - left, low - high);
    });
  });
}

// True where nothing more is to be done for this chart at this epoch.
function movedDirectly(plot, id, moves, epoch) {
  if (!plot?._fullLayout) return true;
  if (id === "batches" && moves.frames) { barsAt(plot, moves.frames[epoch]); return true; }
  if (id === "batches" || id === "drawn") return false;
  if (id !== "weights") { markAt(plot, epoch); return true; }
  const soon = performance.now() - (plot.movedAt ?? 0) < 300;  // bars with texts: a few times a second will do
  if (!soon) plot.movedAt = performance.now();
  return soon;
}

// What the panels follow comes with one of them, and a panel may be there before it: so it is looked up anew each time.
function adoptMoves(state) {
  state.moves = state.follow ? shared.moves : null;
  if (state.moves && state.key === "one-epoch") state.moves.frames = state.playable ? state.frames : null;
}

function preview(root, state) {
  state.raf = 0;
  adoptMoves(state);
  const { moves } = state;
  if (!root.isConnected || !moves) return;
  const ahead = pending(moves);
  if (!Object.keys(ahead).length) { state.paint(); return; }
  const now = previewed(moves, ahead);
  const tag = `preview:${Object.entries(ahead).map(([key, value]) => `${key}=${value}`).join()}`;
  for (const chart of state.charts) {
    if (!hand.dragging && !now?.onlyEpoch && chart.rank > 1) continue;  // a key is followed by Python's figures at once
    const plot = root.querySelector(`[data-chart="${chart.id}"]`);
    if (now?.onlyEpoch && movedDirectly(plot, chart.id, moves, now.epoch)) {
      plot.shown = plot.preview = null;  // Python's figure is to be drawn again when the hand rests
      plot.dataset.rev = root.dataset.rev = tag;
      continue;
    }
    const figure = now && FOLLOW[chart.id]?.(parsed(state, chart), moves, now);
    if (figure) show(root, state, followed(chart, figure, now), figure, tag);
    else frameOf(root, chart).classList.add("waiting");
  }
}

const followed = (chart, figure, now) => ({ ...chart, title: chart.title.replace(/epoch \d+/, `epoch ${now.epoch}`),
  note: figure.expected ? "Expected while the slider moves; the real draws come when it rests." : chart.note });

function caughtUp(root, state) {
  for (const [key, value] of Object.entries(hand.values)) {
    const python = state.moves.values[key];
    if (python === undefined || Math.abs(python - value) < 1e-9) delete hand.values[key];
  }
  if (!Object.keys(hand.values).length) return true;
  if (performance.now() - hand.at < HAND_LOST) {
    clearTimeout(state.lost);
    state.lost = setTimeout(() => { if (root.isConnected && caughtUp(root, state)) state.paint(); }, HAND_LOST);
    return false;
  }
  hand.values = {};
  return true;
}

// The rank (0: the largest) of the class that a clicked point belongs to; null where it is a band of classes.
function rankOf(id, point, moves) {
  if (id === "map") return parseInt(point.y, 10) - 1;
  if (id === "weights" || id === "drawn") return point.pointIndex ?? point.pointNumber;
  if (!moves || (id !== "shares" && id !== "batches")) return null;
  const mine = moves.band.reduce((ranks, band, rank) => (band === point.curveNumber ? [...ranks, rank] : ranks), []);
  return mine.length === 1 ? mine[0] : null;
}

function parsed(state, chart) {
  const known = state.figures.get(chart.id);
  if (known?.spec === chart.spec) return known.figure;
  const figure = JSON.parse(chart.spec);
  state.figures.set(chart.id, { spec: chart.spec, figure });
  return figure;
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".panel");
  if (!root || !data) return;
  const state = (root.panel ??= { figures: new Map() });
  Object.assign(state, { key: data.key, src: data.src, charts: data.charts });
  state.pick = (rank) => setTriggerValue("picked", rank);
  if (data.moves && shared.text !== data.moves) Object.assign(shared, { text: data.moves, moves: unpackedMoves(data.moves) });
  state.follow = data.follow;
  if (data.frames && state.framesText !== data.frames) {
    Object.assign(state, { framesText: data.frames, frames: unpackedFrames(data.frames) });
  }
  state.playable = Boolean(data.frames);
  adoptMoves(state);
  if (state.moves?.maxdiff !== undefined) root.dataset.maxdiff = state.moves.maxdiff;
  state.paint = () => state.charts.forEach((chart) => show(root, state, chart, parsed(state, chart), state.rev));
  state.rev = data.rev;
  root.dataset.wanted = data.rev;
  const wanted = new Set(data.charts.map((chart) => chart.id));
  root.querySelectorAll("[data-frame]").forEach((frame) => {
    if (wanted.has(frame.dataset.frame)) return;
    window.Plotly?.purge(frame.querySelector("[data-chart]"));
    frame.remove();
  });
  data.charts.forEach((chart) => root.append(frameOf(root, chart)));
  if (!state.moves || caughtUp(root, state)) state.paint(); else preview(root, state);
  if (data.frames) window.skewlabFramesOf = data.framesOf;
  else if (data.key === "one-epoch") window.skewlabFramesOf = null;
  if (data.frames) document.dispatchEvent(new CustomEvent("skewlab:frames", { detail: data.framesOf }));
  if (!state.watch) {
    state.move = () => { state.raf ||= requestAnimationFrame(() => preview(root, state)); };
    document.addEventListener("skewlab:move", state.move);
    let width = root.clientWidth;
    state.watch = new ResizeObserver(() => {
      if (!root.clientWidth || root.clientWidth === width) return;
      width = root.clientWidth;
      root.querySelectorAll("[data-chart]").forEach((plot) => plot.shown && window.Plotly.Plots.resize(plot));
    });
    state.watch.observe(root);
    root.addEventListener("transitionend", (event) => { if (event.target === root) state.paint(); });  // the theme changed
  }
  return () => setTimeout(() => {  // also called while the panel stays: only a panel that is gone is taken apart
    if (root.isConnected) return;
    state.watch?.disconnect();
    document.removeEventListener("skewlab:move", state.move);
    root.querySelectorAll("[data-chart]").forEach((plot) => window.Plotly?.purge(plot));
  }, 0);
}
