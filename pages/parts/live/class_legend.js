// Names are text, never HTML: a class may be called anything.
export default function ({ data, parentElement }) {
  const list = parentElement.querySelector(".class-key");
  if (!list || !data) return;
  list.replaceChildren(...data.entries.map(([label, colour, dash]) => {
    const entry = document.createElement("li");
    const stroke = Object.assign(document.createElement("span"), { className: dash });
    stroke.style.borderTopColor = colour;
    entry.append(stroke, label);
    return entry;
  }));
}
