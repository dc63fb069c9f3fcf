// What Plotly is given: arrays unpacked, the colours of a map, and the page's theme.
// @ts-check
/** @type {Record<string, any>} */
const ARRAYS = { f4: Float32Array, f8: Float64Array, i4: Int32Array, u4: Uint32Array, u2: Uint16Array, u1: Uint8Array };

/** An array as `figures.to_json` packed it; one of more dimensions becomes lists of its last. @param {any} value */
function unpacked(value) {
  if (!value?.bdata) return value;
  const flat = new ARRAYS[value.dtype](Uint8Array.from(atob(value.bdata), (byte) => byte.charCodeAt(0)).buffer);
  const sizes = (value.shape ?? "").split(",").map(Number).slice(1).reverse();
  return sizes.reduce((list, size, depth) => Array.from({ length: list.length / size }, (_, i) =>
    (depth ? list.slice(i * size, (i + 1) * size) : list.subarray(i * size, (i + 1) * size))), flat);
}

/** The figure of a chart. A map comes without its colours, the logarithms of what its cells say. @param {string} spec */
function parsedFigure(spec) {
  const figure = JSON.parse(spec);
  for (const trace of figure.data) {
    if (trace.type !== "heatmap" || trace.z) continue;
    trace.customdata = unpacked(trace.customdata);
    trace.z = trace.customdata.map((row) =>
      row.map((share) => Math.max(Math.log10(share), trace.zmin)));
  }
  return figure;
}

function pageTheme(root) {
  const style = getComputedStyle(root);
  const of = (name) => style.getPropertyValue(name).trim();
  const grid = of("--st-border-color-light") || of("--st-border-color");
  return { text: of("--st-text-color"), font: of("--st-font"), paper: of("--st-background-color"), grid };
}

/** @param {any} layout @param {ReturnType<typeof pageTheme>} theme @param {number} height */
function themedLayout(layout, theme, height) {
  const lines = { gridcolor: theme.grid, zerolinecolor: theme.grid, linecolor: theme.grid };
  const axes = Object.fromEntries(Object.keys(layout).filter((key) => /^[xy]axis/.test(key))
    .map((key) => [key, { ...lines, ...layout[key] }]));
  const annotations = layout.annotations?.map((note) => ({ bgcolor: theme.paper, ...note }));
  const font = { color: theme.text, family: theme.font }, clear = "rgba(0,0,0,0)";
  return { ...layout, ...axes, annotations, height, autosize: true, paper_bgcolor: clear, plot_bgcolor: clear,
    font: { ...font, size: 13 }, hoverlabel: { bgcolor: theme.paper, bordercolor: theme.grid, font } };
}
