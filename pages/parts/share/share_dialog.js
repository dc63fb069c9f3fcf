// The parts of Share that only a browser can do: copy the link, and turn figures into images.
// @ts-check
/** @typedef {{ id: string, title: string, file: string, key: number }} ImageChart */
/** What a list of figures shows, as JSON. @type {WeakMap<HTMLElement, string>} */
const listed = new WeakMap();
/** What had the focus last in a dialog. @type {WeakMap<HTMLElement, HTMLElement | null>} */
const focused = new WeakMap();

const element = (parent, tag, settings = {}) => parent.appendChild(Object.assign(document.createElement(tag), settings));

async function copied(input) {
  try {
    await navigator.clipboard.writeText(input.value);
    return true;
  } catch {  // no clipboard without https or a permission
    input.select();
    return document.execCommand("copy");
  }
}

function showLink(root) {
  let input = root.querySelector("input");
  if (!input) {
    const row = element(root, "div", { className: "row" });
    input = element(row, "input", { readOnly: true, type: "text" });
    input.setAttribute("aria-label", "Link to this page");
    const button = element(row, "button", { className: "main", textContent: "Copy link", type: "button" });
    const message = element(root, "output"), link = input;
    button.onclick = async () => {
      message.textContent = (await copied(link)) ? "The link is copied." : "The link is marked: copy it with Ctrl+C.";
    };
  }
  input.value = location.href.split("#")[0];  // where the page was scrolled to is not the picture
}

const TITLE_HEIGHT = 48;  // pixels

/** Plotly reads a few tags in text, so a title must not hold any. @param {string} text */
const escaped = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/** The figure as an image shows it: with a title, on paper, in a font that a file knows. `key`: pixels for a legend that
 * only the image has; a phone's width is what its columns fit. @param {any} plot @param {string} paper @param {ImageChart} chart */
function imageOf(plot, paper, { title, key }) {
  const height = plot.clientHeight + TITLE_HEIGHT + key, width = Math.max(plot.clientWidth, key && 360);
  const margin = { ...plot.layout.margin, t: 56, l: 16, r: 16, b: 16 };
  const heading = { text: escaped(title), x: 0, xref: "container", y: 1, yref: "container", yanchor: "top",
    pad: { t: 14, l: 16 }, font: { size: 16 } };
  const font = { ...plot.layout.font, family: "Arial, sans-serif" };
  const legend = { ...plot.layout.legend };
  if (legend.yref === "container") legend.y -= TITLE_HEIGHT / height;
  const keyed = key ? { showlegend: true } : {};
  const data = plot.data.map((trace) => ({ ...trace, ...keyed }));
  return { data, layout: { ...plot.layout, ...keyed, title: heading, margin, legend, font, height, width,
    autosize: false, paper_bgcolor: paper, plot_bgcolor: paper } };
}

/** @param {HTMLElement} root @param {ImageChart[]} charts */
function listFigures(root, charts) {
  root.replaceChildren();
  const message = document.createElement("output");
  const paper = getComputedStyle(root).getPropertyValue("--st-background-color").trim() || "white";
  for (const chart of charts) {
    const row = element(root, "div", { className: "row" });
    element(row, "span", { textContent: chart.title });
    for (const format of ["png", "svg"]) {
      const button = element(row, "button", { textContent: format.toUpperCase(), type: "button" });
      button.setAttribute("aria-label", `${chart.title} as ${format.toUpperCase()}`);
      button.onclick = async () => {
        const plot = /** @type {any} */ (document.querySelector(`[data-chart="${CSS.escape(chart.id)}"]`));
        if (!plot?.data) { message.textContent = "This figure is not drawn yet."; return; }
        const { layout, data } = imageOf(plot, paper, chart);
        const size = { width: layout.width, height: layout.height, scale: format === "png" ? 2 : 1 };
        await window.Plotly.downloadImage({ data, layout }, { format, filename: `skewlab-${chart.file}`, ...size });
        message.textContent = `${chart.title}: saved as ${format.toUpperCase()}.`;
      };
    }
  }
  root.append(message);
}

// A download button is switched off while its file is made, which takes the focus from it: it gets it back.
function keepFocus(dialog) {
  if (!dialog || focused.has(dialog)) return;
  focused.set(dialog, null);
  dialog.addEventListener("focusin", ({ target }) => focused.set(dialog, /** @type {HTMLElement} */ (target)));
  new MutationObserver(() => {
    const last = focused.get(dialog);
    if (document.activeElement === document.body && last?.isConnected) last.focus();
  }).observe(dialog, { attributes: true, attributeFilter: ["disabled"], subtree: true });
}

/** @param {Component} component */
export default function ({ data, parentElement }) {
  /** @type {HTMLElement} */
  const root = parentElement.querySelector(".share");
  if (!root || !data) return;
  keepFocus(root.closest('[role="dialog"]'));
  if (data.part === "link") showLink(root);
  else if (listed.get(root) !== JSON.stringify(data.charts)) {
    listed.set(root, JSON.stringify(data.charts));
    listFigures(root, data.charts);
  }
}
