// When Plotly draws: one figure at a time over all panels, low ranks first; a newer request of a chart replaces its older.
// @ts-check
const DRAW_BUDGET = 120;  // ms of drawing before the browser may show what there is: a pause in between costs it a layout
const SLOW = 30;  // ms that a slow figure takes
const MOST_WAITING = 150, MOST_WAITING_SLOW = 600;  // ms after which a figure is drawn before those of lower rank

async function loadPlotly(src) {
  if (!window.Plotly) await import(new URL(src, location.href).href);
  return window.Plotly;
}

const pause = (ms) => new Promise((done) => setTimeout(done, ms));
const isSlow = ({ plot }) => live.drawTimes.get(plot) > SLOW;
const isLate = (job) => performance.now() - job.since > (isSlow(job) ? MOST_WAITING_SLOW : MOST_WAITING);

/** @returns {Job | undefined} none while a slow figure waits for a newer one, which is on its way */
function nextJob() {
  const jobs = [...live.jobs.values()].sort((a, b) => a.rank - b.rank);
  const late = jobs.filter(isLate).sort((a, b) => a.since - b.since);
  return late[0] ?? jobs.find((job) => !(live.dragging && live.asking && isSlow(job)));
}

async function drawAll() {
  if (live.drawing) return;
  live.drawing = true;
  for (let shownAt = performance.now(); live.jobs.size;) {
    const job = nextJob(), start = performance.now();
    if (job) {
      live.jobs.delete(job.plot);
      try { await job.draw(); } catch (error) { console.error("live panel:", error); }
      live.drawTimes.set(job.plot, performance.now() - start);
    }
    if (job && !live.dragging && performance.now() - shownAt < DRAW_BUDGET) continue;
    await pause(job ? 0 : 10);
    shownAt = performance.now();
  }
  live.drawing = false;
}

/** @param {HTMLElement} plot the element itself: a panel that is replaced lives on for a moment beside the one with its key */
function enqueue(plot, rank, draw) {
  live.jobs.set(plot, { plot, rank, draw, since: live.jobs.get(plot)?.since ?? performance.now() });
  if (!live.drawing) queueMicrotask(drawAll);  // after all figures of this moment are queued
}
