// The colours of the classes as a list. Names are text, never HTML: a class may be called anything.
// @ts-check
/** @param {Component} component */
export default function ({ data, parentElement }) {
  const list = parentElement.querySelector(".class-legend");
  if (!list || !data) return;
  list.replaceChildren(...data.entries.map(([label, colour, dash]) => {
    const entry = document.createElement("li");
    const stroke = Object.assign(document.createElement("span"), { className: dash });
    stroke.style.borderTopColor = colour;
    entry.append(stroke, label);
    return entry;
  }));
}
