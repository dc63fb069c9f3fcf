// A panel of figures that update in place: no figure is removed and built anew, so zoom and place stay.
// @ts-check
/** @typedef {{ root: HTMLElement, key: string, src: string, own: Panel, shown?: Panel, frames?: string,
 *   theme: ReturnType<typeof pageTheme> | null, clicked: (point: object) => void, end: () => void }} PanelState */
/** @type {WeakMap<HTMLElement, PanelState>} */
const panels = new WeakMap();
/** What stands in a plot; played: when it last did while the epochs play.
 * @type {WeakMap<HTMLElement, { spec: string, look: string, played?: number }>} */
const drawn = new WeakMap();
const CONFIG = { responsive: false, displaylogo: false, showSendToCloud: false, displayModeBar: "hover",
  modeBarButtonsToRemove: ["lasso2d", "select2d", "autoScale2d"] };
const PLAYED_EVERY = 150;  // ms between two frames of a figure beside the batches, which have all that there is time for

/** @param {HTMLElement} root @param {Chart} chart @returns {HTMLElement} */
function frameOf(root, chart) {
  /** @type {HTMLElement} */
  let frame = root.querySelector(`[data-frame="${chart.id}"]`);
  if (!frame) {
    frame = document.createElement("figure");
    frame.dataset.frame = chart.id;
    const caption = document.createElement("figcaption"), plot = document.createElement("div");
    caption.append(document.createElement("strong"), document.createElement("span"));
    plot.dataset.chart = chart.id;
    plot.setAttribute("role", "figure");
    frame.append(caption, plot);
    root.append(frame);
  }
  return frame;
}

/** @param {HTMLElement} frame @returns {HTMLElement} */
const plotIn = (frame) => frame.querySelector("[data-chart]");

/** @param {HTMLElement} frame @param {Chart} chart @param {string} [title] */
function writeCaption(frame, chart, title = chart.title) {
  const [heading, note] = frame.querySelector("figcaption").children;
  if (heading.textContent !== title) heading.textContent = title;
  if (note.textContent !== chart.note) note.textContent = chart.note;
}

/** The panel's figures are these, in their order. @param {HTMLElement} root @param {Chart[]} charts */
function arrange(root, charts) {
  const ids = new Set(charts.map((chart) => chart.id));
  for (const frame of /** @type {NodeListOf<HTMLElement>} */ (root.querySelectorAll("[data-frame]"))) {
    if (ids.has(frame.dataset.frame)) continue;
    window.Plotly?.purge(plotIn(frame));
    frame.remove();
  }
  charts.forEach((chart, i) => {
    const frame = frameOf(root, chart);
    if (root.children[i] !== frame) root.insertBefore(frame, root.children[i]);  // one that is moved is laid out anew
    frame.style.setProperty("--span", String(chart.span));
  });
}

/** @param {PanelState} panel @param {Panel} shown */
function showPanel(panel, shown) {
  const { charts, rev } = (panel.shown = shown);
  panel.root.dataset.requested = rev;
  arrange(panel.root, charts);
  for (const chart of charts) showChart(panel, chart, rev);
}

/** @param {PanelState} panel @param {Chart} chart @param {string} rev */
function showChart(panel, chart, rev) {
  const { root } = panel, frame = frameOf(root, chart), plot = plotIn(frame), id = `${panel.key}/${chart.id}`;
  const theme = (panel.theme ??= pageTheme(root)), look = `${theme.text}${theme.paper}${chart.height}`;
  const stands = () => drawn.get(plot)?.spec === chart.spec && drawn.get(plot).look === look;
  const done = () => {
    frame.classList.remove("stands-still");
    writeCaption(frame, chart);
    plot.setAttribute("aria-label", chart.alt);
    plot.dataset.rev = root.dataset.rev = rev;
  };
  plot.style.height = `${chart.height}px`;  // known, so that drawing inside it moves nothing outside
  if (stands()) {
    live.jobs.delete(id);
    done();
    return;
  }
  enqueue(id, chart.rank, async () => {
    const Plotly = await loadPlotly(panel.src);
    if (!root.isConnected) return;
    const figure = parsedFigure(chart.spec), isFirst = !drawn.has(plot);
    drawn.set(plot, { spec: chart.spec, look });
    await Plotly.react(plot, figure.data, themedLayout(figure.layout, theme, chart.height), CONFIG);
    removeEpochLine(plot);
    if (isFirst) {
      /** @type {any} */ (plot).on("plotly_click", (/** @type {{ points: any[] }} */ { points: [point] }) =>
        panel.clicked({ chart: chart.id, curve: point.curveNumber, point: point.pointNumber }));
    }
    done();
  });
}

/** @param {PanelState} panel @param {number} epoch */
function showPanelAt(panel, epoch) {
  for (const chart of panel.shown.charts) {
    const frame = frameOf(panel.root, chart), plot = plotIn(frame), id = `${panel.key}/${chart.id}`;
    const now = performance.now(), stands = drawn.get(plot);
    if (!stands || live.jobs.has(id) || (chart.id === "weights" && now - (stands.played ?? 0) < PLAYED_EVERY)) continue;
    enqueue(id, chart.rank, () => {
      frame.classList.toggle("stands-still", !showEpoch(plot, chart.id, epoch));
      if (frame.classList.contains("stands-still")) return;
      writeCaption(frame, chart, chart.title.replace(/epoch \d+/, `epoch ${epoch}`));
      Object.assign(stands, { spec: "", played: now });  // no chart of Python's any more
      plot.dataset.rev = panel.root.dataset.rev = `playing-${epoch}`;
    });
  }
}

/** The figures of the slider values; null where they are on their way. @param {PanelState} panel @returns {Panel | null} */
function panelOfValues(panel) {
  const ahead = valuesAhead();
  return Object.keys(ahead).length ? (answerTo(ahead) ?? live.latestAnswer)?.[panel.key] : panel.own;
}

/** @param {PanelState} panel */
function followSliders(panel) {
  const figures = live.playing ? null : panelOfValues(panel);
  if (live.playing) showPanelAt(panel, live.values.epoch);
  else if (figures) showPanel(panel, figures);
}

/** @param {HTMLElement} root @returns {PanelState} */
function newPanel(root) {
  const panel = /** @type {PanelState} */ ({ root });
  const follow = () => followSliders(panel);
  const plots = () => /** @type {NodeListOf<HTMLElement>} */ (root.querySelectorAll("[data-chart]"));
  document.addEventListener("skewlab:slider", follow);
  let width = root.clientWidth;
  const resized = new ResizeObserver(() => {
    if (!root.clientWidth || root.clientWidth === width) return;
    width = root.clientWidth;
    plots().forEach((plot) => drawn.has(plot) && window.Plotly.Plots.resize(plot));
  });
  resized.observe(root);
  root.addEventListener("transitionend", (event) => {  // the theme changed
    if (event.target !== root) return;
    panel.theme = null;
    showPanel(panel, panel.shown);
  });
  panel.end = () => {
    resized.disconnect();
    document.removeEventListener("skewlab:slider", follow);
    plots().forEach((plot) => window.Plotly?.purge(plot));
  };
  panels.set(root, panel);
  return panel;
}

/** @param {Component} component */
export default function ({ data, parentElement, setTriggerValue }) {
  /** @type {HTMLElement} */
  const root = parentElement.querySelector(".panel");
  if (!root || !data) return;
  const panel = panels.get(root) ?? newPanel(root);
  Object.assign(panel, { key: data.key, src: data.src, own: data });
  panel.clicked = (point) => setTriggerValue("clicked", point);
  if (data.ticket) takeTicket(data.ticket);
  if (data.frames && data.frames !== panel.frames) takeFrames(data.frames);
  else if (data.ticket && !data.frames) live.frames = null;
  panel.frames = data.frames;
  showPanel(panel, (live.playing ? null : panelOfValues(panel)) ?? data);
  return () => setTimeout(() => {  // also called while the panel stays
    if (!root.isConnected) panel.end();
  }, 0);
}
