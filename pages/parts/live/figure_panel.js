// Figures that update in place. Python sends finished figures; nothing is removed and built anew, so zoom and place stay.
function theme(root) {
  const style = getComputedStyle(root);
  const of = (name) => style.getPropertyValue(name).trim();
  const grid = of("--st-border-color-light") || of("--st-border-color");
  return { text: of("--st-text-color"), font: of("--st-font"), paper: of("--st-background-color"), grid };
}

function themed(figure, look, height) {
  const layout = structuredClone(figure.layout);  // Plotly writes a zoom into what it is given: Python's stays as it is
  const axes = Object.fromEntries(Object.keys(layout).filter((key) => /^[xy]axis/.test(key)).map((key) => [key,
    { gridcolor: look.grid, zerolinecolor: look.grid, linecolor: look.grid, ...layout[key] }]));
  const annotations = layout.annotations?.map((note) => ({ bgcolor: look.paper, ...note }));  // lines may lie under them
  return { ...layout, ...axes, annotations, height, autosize: true, paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
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

// The figures of a panel are these, in their order.
function arrange(root, charts) {
  const wanted = new Set(charts.map((chart) => chart.id));
  root.querySelectorAll("[data-frame]").forEach((frame) => {
    if (wanted.has(frame.dataset.frame)) return;
    window.Plotly?.purge(frame.querySelector("[data-chart]"));
    frame.remove();
  });
  charts.forEach((chart, i) => {
    const frame = frameOf(root, chart);
    if (root.children[i] !== frame) root.insertBefore(frame, root.children[i]);  // one that is moved is laid out anew
  });
}

// A figure stands already, or is sketched, at once; or Plotly draws it when its turn comes.
function show(root, state, chart, figure, tag, quickly = true) {
  const frame = frameOf(root, chart);
  const plot = frame.querySelector("[data-chart]");
  frame.classList.remove("waiting");
  plot.style.height = `${chart.height}px`;  // known, so that drawing inside it moves nothing outside
  const id = `${state.key}/${chart.id}`;
  const python = !tag.startsWith("preview");
  const look = (state.look ??= theme(root));
  const mark = `${look.text}${look.paper}${chart.height}`;
  const atOnce = () => {
    if (plot.mark !== mark) return false;
    // A preview that Python's figure turns out to equal, number for number, is left standing.
    const same = plot.shown === figure || (python && plot.preview && sameFigure(plot.preview, figure));
    if (same && (quickly || !sketched(plot))) return true;
    if (!quickly || !canSketch(plot, figure, python ? LEAST_FOR_NOW : LEAST_FILLED)) return false;
    sketch(plot, figure);
    return true;
  };
  const done = () => {
    Object.assign(plot, { shown: figure, preview: python ? null : figure });
    if (python && sketched(plot)) {
      whenAtRest(() => {  // unless something newer has come or waits
        if (root.dataset.wanted === tag && plot.dataset.rev === tag && !painter.jobs.has(id)) {
          show(root, state, chart, figure, tag, false);
        }
      }, plot.took);
    }
    plot.setAttribute("aria-label", chart.alt);
    plot.dataset.rev = root.dataset.rev = tag;
  };
  if (!plot.drawing && atOnce()) {
    painter.jobs.delete(id);
    done();
    return;
  }
  enqueue(id, chart.rank, async () => {
    const Plotly = await load(state.src);
    if (!root.isConnected) return;
    if (!atOnce()) {
      plot.drawing = true;
      const start = performance.now();
      await Plotly.react(plot, figure.data, themed(figure, look, chart.height), CONFIG).finally(() => {
        plot.drawing = false;
        plot.took = performance.now() - start;
      });
      uncover(plot);
      Object.assign(plot, { whole: figure, mark });
      if (!plot.clicks) {
        plot.clicks = true;
        plot.on("plotly_click", ({ points: [point] }) => {
          const rank = rankOf(chart.id, point, state.moves);
          if (rank !== null) state.pick(rank);
        });
      }
    }
    done();
  });
}

// Python's figures, from a run of the page or asked for alone, except for a map whose cells follow from a closed form:
// that is a preview, with this tag. `done` may have shown one in another way.
function showAll(root, state, { charts, rev }, tag = rev, done = () => false) {
  root.dataset.wanted = rev;
  arrange(root, charts);
  for (const chart of charts) {
    if (done(chart, rev)) continue;
    const figure = parsed(state, chart);
    show(root, state, chart, figure, figure.closed ? tag : rev);
  }
}

// Whether two figures show the same: layout and texts alike, numbers to a millionth.
function sameFigure(one, other) {
  if (JSON.stringify(one.layout) !== JSON.stringify(other.layout) || one.data.length !== other.data.length) return false;
  const keys = ({ type, customdata }) => ["x", "y", "text", type === "heatmap" && customdata ? "customdata" : "z"];
  return one.data.every((trace, i) => keys(trace).every((key) =>
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
const FORESEE = 150;  // ms after a run of the page, for the browser to show what that brought
const shared = (window.skewlabMoves ??= {});  // what the panels of a page follow: it arrives with the first of them

// What the panels follow comes with one of them, and a panel may be there before it: so it is looked up anew each time.
function adoptMoves(state) {
  state.moves = state.follow ? shared.moves : null;
  if (state.moves && state.key === "one-epoch") state.moves.frames = state.playable ? state.frames : null;
}

const CALM = 200;  // ms that real draws stand while a hand goes on: expected ones between them would flicker
function preview(root, state) {
  state.raf = 0;
  adoptMoves(state);
  const { moves } = state;
  if (!root.isConnected || !moves) return;
  const ahead = pending(moves);
  if (!Object.keys(ahead).length) {  // also where the hand came back to where it was: no answer follows then
    caughtUp(root, state);
    state.paint();
    return;
  }
  const now = previewed(moves, ahead);
  inquireSoon(moves, ahead, now);
  const answer = hand.playing ? null : (answered(moves, ahead) ?? (now ? null : answers.last))?.[state.key];
  if (!now && !answer) {
    if (!moves.ask && hand.dragging) ask(ahead, moves.values);
    state.paint();
    return;
  }
  const tag = `preview:${Object.entries(ahead).map(([key, value]) => `${key}=${value}`).join()}`;
  const direct = (chart, mark) => {
    const plot = root.querySelector(`[data-chart="${chart.id}"]`);
    if (!now?.onlyEpoch || !movedDirectly(plot, chart.id, moves, now.epoch)) return false;
    plot.shown = plot.preview = null;  // Python's figure is to be drawn again when the hand rests
    plot.dataset.rev = root.dataset.rev = mark;
    return true;
  };
  if (answer) {
    showAll(root, state, answer, tag, direct);
    state.pythonAt = performance.now();
    return;
  }
  const calm = !hand.dragging || performance.now() - state.pythonAt < CALM;
  for (const chart of state.charts) {
    if (direct(chart, tag)) continue;
    if (calm && !now.onlyEpoch && chart.id === "batches") continue;  // the real draws are on their way
    const figure = FOLLOW[chart.id]?.(parsed(state, chart), moves, now);
    if (figure) show(root, state, followed(chart, figure, now), figure, tag);
    else frameOf(root, chart).classList.add("waiting");
  }
}

const followed = (chart, figure, now) => ({ ...chart, title: chart.title.replace(/epoch \d+/, `epoch ${now.epoch}`),
  note: figure.expected ? "Expected while the slider moves; the real draws come when it rests."
    : now.between ? "Between two computed values while the slider moves; exact when it rests." : chart.note });

function caughtUp(root, state) {
  for (const [key, value] of Object.entries(hand.values)) {
    const python = state.moves.values[key];
    if (python === undefined || Math.abs(python - value) < 1e-9) delete hand.values[key];
  }
  if (!Object.keys(hand.values).length) {
    delete document.documentElement.dataset.hand;
    return true;
  }
  if (performance.now() - hand.at < HAND_LOST) {
    clearTimeout(state.lost);
    state.lost = setTimeout(() => { if (root.isConnected && caughtUp(root, state)) state.paint(); }, HAND_LOST);
    return false;
  }
  hand.values = {};
  delete document.documentElement.dataset.hand;
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

// Two figures of a chart are kept: that of the last run, and that under the hand.
function parsed(state, chart) {
  const known = state.figures.get(chart.id) ?? [];
  let found = known.find(({ spec }) => spec === chart.spec);
  if (!found) {
    found = { spec: chart.spec, figure: JSON.parse(chart.spec) };
    found.figure.data.filter(({ type, z }) => type === "heatmap" && !z).forEach((trace) => fillMap(found.figure, trace));
  }
  state.figures.set(chart.id, [found, ...known.filter((one) => one !== found)].slice(0, 2));
  return found.figure;
}

function fillMap(figure, trace) {
  const { closed } = trace;
  if (closed) {
    const [counts, skews] = [closed.counts, closed.skews].map(unpacked);
    trace.customdata = cellsOf(sharesOver(logsOf(counts), skews), trace.dx);
    delete trace.closed;
    figure.closed = true;
  } else trace.customdata = unpacked(trace.customdata);
  trace.z = logarithms(trace.customdata, trace.zmin);
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".panel");
  if (!root || !data) return;
  const state = (root.panel ??= { figures: new Map() });
  Object.assign(state, { key: data.key, src: data.src, charts: data.charts });
  state.pick = (rank) => setTriggerValue("picked", rank);
  if (data.moves && shared.text !== data.moves) {
    Object.assign(shared, { text: data.moves, moves: unpackedMoves(data.moves) });
    forgetFailures();
    clearTimeout(hand.foresee);
    hand.foresee = setTimeout(foresee, FORESEE);
  }
  state.follow = data.follow;
  if (data.frames && state.framesText !== data.frames) {
    Object.assign(state, { framesText: data.frames, frames: unpackedFrames(data.frames) });
  }
  state.playable = Boolean(data.frames);
  adoptMoves(state);
  if (state.moves?.maxdiff !== undefined) root.dataset.maxdiff = state.moves.maxdiff;
  state.rev = data.rev;
  state.paint = () => showAll(root, state, state);
  root.dataset.wanted = data.rev;
  if (!state.moves || caughtUp(root, state)) state.paint(); else preview(root, state);
  if (data.frames) window.skewlabFramesOf = data.framesOf;
  else if (data.key === "one-epoch") window.skewlabFramesOf = null;
  if (data.frames) document.dispatchEvent(new CustomEvent("skewlab:frames", { detail: data.framesOf }));
  if (!state.watch) {
    state.move = () => {
      if (hand.playing) preview(root, state);  // called within a frame
      else state.raf ||= requestAnimationFrame(() => preview(root, state));
    };
    document.addEventListener("skewlab:move", state.move);
    let width = root.clientWidth;
    state.watch = new ResizeObserver(() => {
      if (!root.clientWidth || root.clientWidth === width) return;
      width = root.clientWidth;
      root.querySelectorAll("[data-chart]").forEach((plot) => plot.shown && !sketched(plot)
        && window.Plotly.Plots.resize(plot));
    });
    state.watch.observe(root);
    root.addEventListener("transitionend", (event) => { if (event.target !== root) return;  // the theme changed
      state.look = null;
      state.paint();
    });
  }
  return () => setTimeout(() => {  // also called while the panel stays: only a panel that is gone is taken apart
    if (root.isConnected) return;
    state.watch?.disconnect();
    document.removeEventListener("skewlab:move", state.move);
    root.querySelectorAll("[data-chart]").forEach((plot) => window.Plotly?.purge(plot));
  }, 0);
}
