// When Plotly draws: one figure at a time over all panels, low ranks first, the newest request of a chart replaces its older.
const load = (src) => window.Plotly?.react ? Promise.resolve(window.Plotly)
  : (window.skewlabPlotly ??= new Promise((resolve, reject) => {
    const script = Object.assign(document.createElement("script"), { src, onload: () => resolve(window.Plotly),
      onerror: () => reject(new Error("plotly.js was not served")) });
    document.head.append(script);
  }));

const painter = (window.skewlabPainter ??= { jobs: new Map(), busy: false });
const BUDGET = 50;  // ms of drawing before the browser gets its turn to show what there is
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
  await nextFrame();  // what is sketched at once shows first
  let start = performance.now();
  while (painter.jobs.size) {
    const job = nextJob();
    painter.jobs.delete(job.id);
    try { await job.draw(); } catch (error) { console.error("live panel:", error); }
    if (!painter.jobs.size || performance.now() - start < BUDGET) continue;
    await nextFrame();
    start = performance.now();
  }
  painter.busy = false;
}

function enqueue(id, rank, draw) {
  const waiting = painter.jobs.get(id);
  painter.jobs.set(id, { id, rank, draw, since: waiting?.since ?? performance.now() });
  pump();
}
