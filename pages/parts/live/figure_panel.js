// A panel of figures that update in place: no figure is removed and built anew, so zoom and place stay.
// @ts-check
/** What stands in a plot; played: when it last did while the epochs play.
 * @type {WeakMap<HTMLElement, { spec: string, look: string, played?: number }>} */
const drawn = new WeakMap();
const CONFIG = { responsive: false, displayModeBar: false };  // it would cover the legend; Share has the images
const PLAYED_EVERY = 150;  // ms between two frames of the weights: the batches have all that there is time for
const OUT_FOR = 300;  // ms after which a panel that was out of the document is looked at again

const FRAME = '<figcaption><strong></strong><span></span></figcaption><div role="figure"></div>';

function newFrame(id) {
  const frame = Object.assign(document.createElement("figure"), { innerHTML: FRAME });
  frame.dataset.frame = frame.querySelector("div").dataset.chart = id;
  return frame;
}

/** What is there already is not written again: the browser would lay it out anew. @param {HTMLElement} frame */
function writeCaption(frame, title, note) {
  const [heading, text] = frame.querySelector("figcaption").children;
  if (heading.textContent !== title) heading.textContent = title;
  if (text.textContent !== note) text.textContent = note;
}

class FigurePanel {
  key = "";
  src = "";
  frames = "";
  /** Of the page's last run. @type {Panel} */
  own = { rev: "", charts: [] };
  shown = this.own;
  hasEnded = false;
  theme = /** @type {ReturnType<typeof pageTheme> | null} */ (null);
  clicked = (point) => {};

  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    let width = root.clientWidth;
    this.resized = new ResizeObserver(() => {
      if (!root.clientWidth || root.clientWidth === width) return;
      width = root.clientWidth;
      this.plots().forEach((plot) => drawn.has(plot) && window.Plotly.Plots.resize(plot));
    });
    this.resized.observe(root);
    root.addEventListener("transitionend", ({ target }) => {  // the theme changed
      if (target !== root) return;
      this.theme = null;
      this.show(this.shown);
    });
    document.addEventListener("skewlab:slider", this.follow);
  }

  /** @returns {NodeListOf<HTMLElement>} */
  plots() { return this.root.querySelectorAll("[data-chart]"); }

  /** The frame of a chart, and the plot in it. @returns {[HTMLElement, HTMLElement]} */
  frameOf(id) {
    /** @type {HTMLElement} */
    const frame = this.root.querySelector(`[data-frame="${id}"]`) ?? this.root.appendChild(newFrame(id));
    return [frame, frame.querySelector("[data-chart]")];
  }

  /** The panel's figures are these, in their order. @param {Panel} shown */
  show(shown) {
    const { charts, rev } = (this.shown = shown), ids = charts.map((chart) => chart.id);
    this.root.dataset.requested = rev;
    this.plots().forEach((plot) => {
      if (ids.includes(plot.dataset.chart)) return;
      window.Plotly?.purge(plot);
      plot.parentElement.remove();
    });
    charts.forEach((chart, i) => {
      const [frame] = this.frameOf(chart.id);
      if (this.root.children[i] !== frame) this.root.insertBefore(frame, this.root.children[i]);  // else laid out anew
      const span = String(chart.span);
      if (frame.style.getPropertyValue("--span") !== span) frame.style.setProperty("--span", span);
      this.showChart(chart, rev);
    });
  }

  /** @param {Chart} chart @param {string} rev */
  showChart(chart, rev) {
    const [frame, plot] = this.frameOf(chart.id);
    const theme = (this.theme ??= pageTheme(this.root)), look = `${theme.text}${theme.paper}${chart.height}`;
    const done = () => {
      frame.classList.remove("stands-still");
      writeCaption(frame, chart.title, chart.note);
      plot.setAttribute("aria-label", chart.alt);
      plot.dataset.rev = this.root.dataset.rev = rev;
    };
    plot.style.height = `${chart.height}px`;  // known, so that drawing inside it moves nothing outside
    if (drawn.get(plot)?.spec === chart.spec && drawn.get(plot).look === look) {
      live.jobs.delete(plot);
      done();
      return;
    }
    enqueue(plot, chart.rank, async () => {
      const Plotly = await loadPlotly(this.src), isFirst = !drawn.has(plot);
      if (!this.root.isConnected) {  // gone, or taken out for a moment while the page is laid out
        setTimeout(() => { if (!this.hasEnded) this.show(this.shown); }, OUT_FOR);
        return;
      }
      drawn.set(plot, { spec: chart.spec, look });
      const { data, layout } = parsedFigure(chart.spec);
      await Plotly.react(plot, data, themedLayout(layout, theme, chart.height), CONFIG);
      removeEpochLine(plot);
      if (isFirst) {
        performance.mark(`skewlab:${chart.id}`);  // seen in the browser's timings
        /** @type {any} */ (plot).on("plotly_click", ({ points: [{ curveNumber, pointNumber, x, y }] }) =>
          this.clicked({ chart: chart.id, curve: curveNumber, point: pointNumber, x, y }));
      }
      done();
    });
  }

  /** While the epochs play. @param {number} epoch */
  showEpoch(epoch) {
    const now = performance.now();
    for (const chart of this.shown.charts) {
      const [frame, plot] = this.frameOf(chart.id), stands = drawn.get(plot);
      if (!stands || live.jobs.has(plot) || (chart.id === "weights" && now - (stands.played ?? 0) < PLAYED_EVERY)) continue;
      const follows = showEpoch(plot, chart.id, epoch);
      frame.classList.toggle("stands-still", !follows);
      if (!follows) continue;
      writeCaption(frame, chart.title.replace(/epoch \d+/, `epoch ${epoch}`), chart.note);
      Object.assign(stands, { spec: "", played: now });  // no chart of Python's any more
      plot.dataset.rev = this.root.dataset.rev = `playing-${epoch}`;
    }
  }

  follow = () => {
    const figures = changedValues() ? changedFigures()?.[this.key] : this.own;
    if (live.playing) this.showEpoch(live.values.epoch);
    else if (figures) this.show(figures);  // else they are on their way
  };

  end() {
    this.resized.disconnect();
    document.removeEventListener("skewlab:slider", this.follow);
    this.plots().forEach((plot) => { window.Plotly?.purge(plot); drawn.delete(plot); });
    panels.delete(this.root);
    this.hasEnded = true;
  }
}

/** @type {WeakMap<HTMLElement, FigurePanel>} */
const panels = new WeakMap();

/** @param {Component} component */
export default function ({ data, parentElement, setTriggerValue }) {
  /** @type {HTMLElement} */
  const root = parentElement.querySelector(".panel");
  if (!root || !data) return;
  const panel = panels.get(root) ?? new FigurePanel(root);
  panels.set(root, panel);
  if (data.ticket) takeTicket(data.ticket);
  if (data.frames && data.frames !== panel.frames) takeFrames(data.frames);
  else if (data.ticket && !data.frames) live.frames = null;
  Object.assign(panel, { key: data.key, src: data.src, own: data, frames: data.frames });
  panel.clicked = (point) => setTriggerValue("clicked", point);
  panel.show((!live.playing && changedFigures()?.[data.key]) || data);
  return () => setTimeout(() => { if (!root.isConnected) panel.end(); }, 0);  // also called while the panel stays
}
