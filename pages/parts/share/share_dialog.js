// The parts of Share that only a browser can do: copy the address, and turn figures into images.
function element(parent, tag, settings = {}) {
  const made = Object.assign(document.createElement(tag), settings);
  parent.append(made);
  return made;
}

async function copied(input) {
  try {
    await navigator.clipboard.writeText(input.value);
    return true;
  } catch {  // no clipboard without https or a permission
    input.select();
    return document.execCommand("copy");
  }
}

function link(root) {
  let input = root.querySelector("input");
  if (!input) {
    const row = element(root, "div", { className: "row" });
    input = element(row, "input", { readOnly: true, type: "text" });
    input.setAttribute("aria-label", "Link to this page");
    const button = element(row, "button", { className: "main", textContent: "Copy link", type: "button" });
    const said = element(root, "output");
    button.onclick = async () => {
      said.textContent = (await copied(input)) ? "The link is copied." : "The link is marked: copy it with Ctrl+C.";
    };
  }
  input.value = location.href;
}

const HEAD = 48;  // pixels that the title takes

// Plotly reads a few tags in text, so a title must not hold any.
const plain = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

// key: the pixels for one that only the saved picture has; a phone's width is what its columns are made for.
function picture(plot, title, paper, key) {
  const text = plain(title), height = plot.clientHeight + HEAD + key;
  const margin = { ...plot.layout.margin, t: 56, l: 16, r: 16, b: 16 };
  const heading = { text, x: 0, xref: "container", y: 1, yref: "container", yanchor: "top", pad: { t: 14, l: 16 } };
  const font = { ...plot.layout.font, family: "Arial, sans-serif" };  // a file knows no fonts of the page
  const legend = { ...plot.layout.legend };
  if (legend.yref === "container") legend.y -= HEAD / height;
  const keyed = key ? { showlegend: true } : {}, width = Math.max(plot.clientWidth, key && 360);
  const data = plot.data.map((trace) => ({ ...trace, ...keyed }));
  return { data, layout: { ...plot.layout, ...keyed, title: { ...heading, font: { size: 16 } }, margin, legend, font,
    height, width, autosize: false, paper_bgcolor: paper, plot_bgcolor: paper } };
}

function figures(root, charts) {
  root.replaceChildren();
  const said = document.createElement("output");
  const paper = getComputedStyle(root).getPropertyValue("--st-background-color").trim() || "white";
  for (const { id, title, file, key } of charts) {
    const row = element(root, "div", { className: "row" });
    element(row, "span", { textContent: title });
    for (const format of ["png", "svg"]) {
      const button = element(row, "button", { textContent: format.toUpperCase(), type: "button" });
      button.setAttribute("aria-label", `${title} as ${format.toUpperCase()}`);
      button.onclick = async () => {
        const plot = [...document.querySelectorAll("[data-chart]")].find((found) => found.dataset.chart === id);
        if (!plot?.data) { said.textContent = "This figure is not drawn yet."; return; }
        const { layout, data } = picture(plot, title, paper, key);
        const size = { width: layout.width, height: layout.height, scale: format === "png" ? 2 : 1 };
        await window.Plotly.downloadImage({ data, layout }, { format, filename: `skewlab-${file}`, ...size });
        said.textContent = `${title}: saved as ${format.toUpperCase()}.`;
      };
    }
  }
  root.append(said);
}

// A download button is switched off while its file is made, which takes the focus from it: then it gets it back.
function keepFocus(dialog) {
  if (!dialog || dialog.last !== undefined) return;
  dialog.last = null;
  dialog.addEventListener("focusin", ({ target }) => { dialog.last = target; });
  new MutationObserver(() => {
    if (document.activeElement === document.body && dialog.last?.isConnected) dialog.last.focus();
  }).observe(dialog, { attributes: true, attributeFilter: ["disabled"], subtree: true });
}

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".share");
  if (!root || !data) return;
  keepFocus(root.closest('[role="dialog"]'));
  if (data.part === "link") link(root);
  else if (root.shown !== JSON.stringify(data.charts)) {
    root.shown = JSON.stringify(data.charts);
    figures(root, data.charts);
  }
}
