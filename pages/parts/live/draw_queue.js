// When Plotly draws: one figure at a time over all panels, low ranks first; a newer request of a chart replaces its older.
// @ts-check
const DRAW_BUDGET = 50;  // ms of drawing before the browser may show what there is
const MOST_WAITING = 150;  // ms after which a figure is drawn before those of lower rank

/** @param {string} src */
function loadPlotly(src) {
  if (window.Plotly?.react) return Promise.resolve(window.Plotly);
  return (live.plotlyLoading ??= new Promise((resolve, reject) => {
    const script = Object.assign(document.createElement("script"), { src, onload: () => resolve(window.Plotly),
      onerror: () => reject(new Error("plotly.js was not served")) });
    document.head.append(script);
  }));
}

const nextFrame = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 0)));

function nextJob() {
  const now = performance.now(), jobs = [...live.jobs.values()];
  const late = jobs.filter((job) => now - job.since > MOST_WAITING).sort((a, b) => a.since - b.since)[0];
  return late ?? jobs.sort((a, b) => a.rank - b.rank)[0];
}

async function drawAll() {
  if (live.drawing) return;
  live.drawing = true;
  let start = performance.now();
  while (live.jobs.size) {
    const job = nextJob();
    live.jobs.delete(job.id);
    try { await job.draw(); } catch (error) { console.error("live panel:", error); }
    if (!live.jobs.size || performance.now() - start < DRAW_BUDGET) continue;
    await nextFrame();
    start = performance.now();
  }
  live.drawing = false;
}

/** @param {string} id @param {number} rank @param {Job["draw"]} draw */
function enqueue(id, rank, draw) {
  live.jobs.set(id, { id, rank, draw, since: live.jobs.get(id)?.since ?? performance.now() });
  if (!live.drawing) queueMicrotask(drawAll);  // after all figures of this moment are queued
}
