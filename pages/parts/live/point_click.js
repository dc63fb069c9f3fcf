// Tells Python where a chart was clicked. The chart belongs to a live panel and may be drawn after this.
// @ts-check
/** Chart -> what its next click does. @type {WeakMap<Element, (point: { x: number, y: number }) => void>} */
const handlers = new WeakMap();

/** @param {Component} component */
export default function ({ data, setTriggerValue }) {
  if (!data) return;
  const listen = () => {
    /** @type {any} */
    const plot = document.querySelector(`[data-chart="${data.chart}"]`);
    if (!plot?.on) return false;
    const isFirst = !handlers.has(plot);
    handlers.set(plot, ({ x, y }) => setTriggerValue("clicked", { x, y }));
    if (isFirst) plot.on("plotly_click", (/** @type {any} */ event) => handlers.get(plot)(event.points[0]));
    return true;
  };
  let tries = 0;
  const timer = setInterval(() => { if (listen() || ++tries > 100) clearInterval(timer); }, 100);
  return () => clearInterval(timer);
}
