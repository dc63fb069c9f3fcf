// A click on a point of a chart: tells Python where. The chart belongs to a live panel and may be drawn after this.
export default function ({ data, parentElement, setTriggerValue }) {
  if (!data) return;
  const listen = () => {
    const plot = document.querySelector(`[data-chart="${data.chart}"]`);
    if (!plot?.on) return false;
    plot.pick = (event) => {
      const { x, y } = event.points[0];
      setTriggerValue("picked", { x, y });
    };
    if (!plot.picking) { plot.picking = true; plot.on("plotly_click", (event) => plot.pick(event)); }
    return true;
  };
  let tries = 0;
  const timer = setInterval(() => { if (listen() || ++tries > 100) clearInterval(timer); }, 100);
  return () => clearInterval(timer);
}
