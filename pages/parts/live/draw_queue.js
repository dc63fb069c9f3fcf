// When Plotly draws: one figure at a time over all panels, low ranks first; a newer request of a chart replaces its older.
// @ts-check
const MOST_WAITING = 150;  // ms after which a figure is drawn before those of lower rank; a slow one waits longer
const SLOW = 6;  // times what it took to draw it last

async function loadPlotly(src) {
  if (!window.Plotly) await import(new URL(src, location.href).href);
  return window.Plotly;
}

// Lets the browser show what there is, and newer figures arrive.
const otherTasks = () => new Promise((done) => setTimeout(done, 0));

function nextJob() {
  const now = performance.now(), jobs = [...live.jobs.values()];
  const late = jobs.filter(({ id, since }) => now - since > Math.max(MOST_WAITING, SLOW * (live.drawTimes.get(id) ?? 0)));
  return late.sort((a, b) => a.since - b.since)[0] ?? jobs.sort((a, b) => a.rank - b.rank)[0];
}

async function drawAll() {
  if (live.drawing) return;
  live.drawing = true;
  while (live.jobs.size) {
    const job = nextJob(), start = performance.now();
    live.jobs.delete(job.id);
    try { await job.draw(); } catch (error) { console.error("live panel:", error); }
    live.drawTimes.set(job.id, performance.now() - start);
    if (live.jobs.size) await otherTasks();
  }
  live.drawing = false;
}

function enqueue(id, rank, draw) {
  live.jobs.set(id, { id, rank, draw, since: live.jobs.get(id)?.since ?? performance.now() });
  if (!live.drawing) queueMicrotask(drawAll);  // after all figures of this moment are queued
}
