// When Plotly draws: one figure at a time over all panels, low ranks first; a newer request of a chart replaces its older.
// @ts-check
const MOST_WAITING = 150;  // ms after which a figure is drawn before those of lower rank; a slow one waits longer
const SLOW = 6;  // times what it took to draw it last

/** @param {string} src */
function loadPlotly(src) {
  if (window.Plotly?.react) return Promise.resolve(window.Plotly);
  return (live.plotlyLoading ??= new Promise((resolve, reject) => {
    const script = Object.assign(document.createElement("script"), { src, onload: () => resolve(window.Plotly),
      onerror: () => reject(new Error("plotly.js was not served")) });
    document.head.append(script);
  }));
}

// Lets the browser show what there is, and newer figures arrive.
const otherTasks = () => new Promise((done) => {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = done;
  port2.postMessage(null);
});

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

/** @param {string} id @param {number} rank @param {Job["draw"]} draw */
function enqueue(id, rank, draw) {
  live.jobs.set(id, { id, rank, draw, since: live.jobs.get(id)?.since ?? performance.now() });
  if (!live.drawing) queueMicrotask(drawAll);  // after all figures of this moment are queued
}
