// One slider beside one number box. While it moves: event "skewlab:move" {key, value}. When it is let go: types into the box.
const digits = (value) => Number(Number(value).toPrecision(12));

function stopAt(input, stops, even) {
  return even ? digits(input.value) : stops[Number(input.value)];
}

function place(input, data, value) {
  if (data.even) { input.value = value; return; }
  let best = 0;
  data.stops.forEach((stop, i) => { if (Math.abs(stop - value) < Math.abs(data.stops[best] - value)) best = i; });
  input.value = best;
}

export default function ({ data, parentElement }) {
  if (!data) return;
  const input = parentElement.querySelector("input");
  const label = parentElement.querySelector(".handle-label");
  const { key, stops, even } = data;
  const last = stops.length - 1;
  const [low, high, step] = even ? [stops[0], stops[last], last ? digits(stops[1] - stops[0]) : 1] : [0, last, 1];
  // The hand is ahead of the server while it moves: then its place is kept.
  const moving = input.dataset.moving && performance.now() - Number(input.dataset.moving) < 400;
  Object.assign(input, { min: low, max: high, step, disabled: last < 1 });
  input.setAttribute("aria-label", data.label);
  const say = (value) => {
    const text = Number(value).toLocaleString("en", { maximumFractionDigits: 4 });
    input.setAttribute("aria-valuetext", text);
    label.textContent = `${data.label}: ${text}`;
  };
  if (!moving || document.activeElement !== input) place(input, data, data.value ?? low);
  say(data.value ?? stopAt(input, stops, even));
  input.oninput = () => {
    input.dataset.moving = performance.now();
    say(stopAt(input, stops, even));
    write(key, stopAt(input, stops, even), false);
    moveHand(key, stopAt(input, stops, even));
  };
  input.onpointerdown = () => { hand.dragging = true; };
  input.onpointerup = input.onpointercancel = input.onkeydown = () => { hand.dragging = false; };
  input.onchange = () => write(key, stopAt(input, stops, even), true);
}
