// The report's figures: unpacks plotly.js from the file, draws, and plays the epochs. Text arrives as text, never as HTML.
// @ts-check
/** @returns {any} */
const find = (id) => document.getElementById(id);
const { panels, frames: states, epoch, epochs } = JSON.parse(find("data").textContent);  // a state: one epoch
const dark = matchMedia("(prefers-color-scheme: dark)");
const CONFIG = { responsive: true, displaylogo: false, showSendToCloud: false,
  modeBarButtonsToRemove: ["lasso2d", "select2d", "autoScale2d"] };
/** What stands in a plot, as JSON. @type {WeakMap<Element, string>} */
const drawnStates = new WeakMap();
let at = states.findIndex((state) => state.epoch === epoch), playing = false, drawing = Promise.resolve();

async function decompressed(id) {
  const packed = Uint8Array.from(atob(find(id).textContent), (byte) => byte.charCodeAt(0));
  return new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"))).text();
}

// A copy of value with `to` at the path; what is not on the path is shared.
function changed(value, path, to) {
  if (!path.length) return to;
  const copy = Array.isArray(value) ? [...value] : { ...value };
  copy[path[0]] = changed(value[path[0]], path.slice(1), to);
  return copy;
}

const element = (parent, tag, textContent = "", className = "") =>
  parent.appendChild(Object.assign(document.createElement(tag), { textContent, className }));

function themed({ layout }, height) {
  const style = getComputedStyle(document.documentElement);
  const [text, paper, grid] = ["--text", "--paper", "--grid"].map((name) => style.getPropertyValue(name).trim());
  const font = { color: text, family: getComputedStyle(document.body).fontFamily };
  const axes = Object.fromEntries(Object.keys(layout).filter((key) => /^[xy]axis/.test(key)).map((key) => [key,
    { gridcolor: grid, zerolinecolor: grid, linecolor: grid, ...layout[key] }]));
  return { ...layout, ...axes, height, autosize: true, paper_bgcolor: paper, plot_bgcolor: paper,
    font: { ...font, size: 13 }, hoverlabel: { bgcolor: paper, bordercolor: grid, font } };
}

const figures = panels.map((panel) => {
  const figure = element(find("panels"), "figure");
  figure.style.setProperty("--span", panel.span);
  const caption = element(figure, "figcaption");
  const [title, note] = [element(caption, "strong"), element(caption, "span")];
  const plot = element(figure, "div", "", panel.spec ? "plot" : "words");
  if (panel.spec) plot.style.minHeight = `${panel.height}px`;
  plot.setAttribute("role", "figure");
  return { title, note, plot };
});

function inView(plot) {
  const { top, bottom } = plot.getBoundingClientRect();
  return bottom > 0 && top < innerHeight;
}

async function draw() {
  const state = states[at];
  find("epoch").value = at;
  find("shown").textContent = `epoch ${state.epoch} of ${epochs - 1}`;
  find("epoch").setAttribute("aria-valuetext", `epoch ${state.epoch}`);
  find("sentences").replaceChildren();
  state.sentences.forEach((sentence) => element(find("sentences"), "p", sentence));
  find("tiles").replaceChildren();
  state.tiles.forEach(([label, value, note]) => {
    const tile = element(find("tiles"), "div");
    element(tile, "dt", label);
    element(tile, "dd", value, "value");
    element(tile, "dd", note, "note");
  });
  for (const [i, { title, note, plot }] of figures.entries()) {
    const panel = state.changes[i].reduce((value, [path, to]) => changed(value, path, to), panels[i]);
    title.textContent = panel.title;
    note.textContent = panel.note;
    plot.setAttribute("aria-label", panel.alt);
    const drawn = JSON.stringify([dark.matches, state.changes[i]]);
    if (!panel.spec) plot.textContent = panel.alt;
    else if (drawnStates.get(plot) !== drawn && window.Plotly && (!playing || inView(plot))) {
      await window.Plotly.react(plot, panel.spec.data, themed(panel.spec, panel.height), CONFIG);
      drawnStates.set(plot, drawn);
    }
  }
  Object.assign(document.body.dataset, { epoch: state.epoch, drawn: Boolean(window.Plotly) });
}

const show = (place) => { at = place; return (drawing = drawing.then(draw)); };

function play(on) {
  playing = on;
  find("play").textContent = on ? "Pause" : "Play";
  find("play").setAttribute("aria-pressed", on);
  if (!on) show(at);  // also what was out of view while it played
}

async function run() {
  if (at === states.length - 1) await show(0);
  while (playing && at < states.length - 1) {
    await show(at + 1);
    await new Promise((done) => setTimeout(done, 120));
  }
  if (playing) play(false);
}

find("epoch").max = states.length - 1;
find("epoch").oninput = (event) => { at = Number(event.target.value); play(false); };
find("play").onclick = () => { play(!playing); if (playing) run(); };
find("player").hidden = states.length < 2;
dark.onchange = () => show(at);
show(at);
decompressed("plotly").then((source) => {
  document.head.append(Object.assign(document.createElement("script"), { textContent: source }));
  if (!window.Plotly) throw new Error("plotly.js did not start");
  return show(at);
}).catch((error) => {
  console.error(error);
  find("trouble").textContent = "This browser cannot draw the figures (it is older than 2023, or scripts are blocked). The tables below have the same numbers.";
  find("trouble").hidden = false;
});
