// Sliders, each for one number box. While one moves: event "skewlab:move" {key, value}. When it is let go: types into the box.
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

function mount(slider, data) {
  const [label, input] = slider.children;
  const { key, stops, even } = data;
  const last = stops.length - 1;
  const [low, high, step] = even ? [stops[0], stops[last], last ? digits(stops[1] - stops[0]) : 1] : [0, last, 1];
  // The hand is ahead of the server while it moves: then its place is kept.
  const moving = document.activeElement === input && performance.now() - Number(input.dataset.moving ?? -400) < 400;
  const ahead = moving || (hand.dragging && hand.slider === input) || input.later;
  Object.assign(input, { min: low, max: high, step, disabled: last < 1 });
  input.setAttribute("aria-label", data.label);
  const say = (value) => {
    const text = Number(value).toLocaleString("en", { maximumFractionDigits: 4 });
    input.setAttribute("aria-valuetext", text);
    label.textContent = `${data.label}: ${text}`;
  };
  if (!ahead) place(input, data, data.value ?? low);
  if (!ahead) input.place = Number(input.value);
  say(ahead ? stopAt(input, stops, even) : data.value ?? stopAt(input, stops, even));
  input.oninput = () => {
    input.dataset.moving = performance.now();
    say(stopAt(input, stops, even));
    hand.likely = { key, here: stopAt(input, stops, even), stops: nextStops(input, stops, even) };
    write(key, stopAt(input, stops, even), false);
    moveHand(key, stopAt(input, stops, even));
  };
  input.known = data.value;
  if (data.value === input.sent) input.sent = null;
  input.onpointerdown = () => {
    Object.assign(hand, { dragging: true, slider: input });
    clearTimeout(input.later);
    Object.assign(input, { keyed: false, later: null });
  };
  input.onpointerup = input.onpointercancel = () => { hand.dragging = false; };
  // A key that is held down moves the slider as a drag does: the server hears of it once, when it is let go.
  input.onkeydown = (event) => { hand.dragging = event.repeat; input.keyed = true; };
  input.onkeyup = input.onblur = () => {
    hand.dragging = false;
    if (input.held) input.onchange();
  };
  input.onchange = () => {
    input.held = hand.dragging;
    if (!input.held) commit(input, key, stopAt(input, stops, even));
  };
}

// Where the next keys will lead: on, as this one went.
const FORESEEN = [1, 2, 3];
function nextStops(input, stops, even) {
  const here = Number(input.value);
  const step = Math.sign(here - input.place) * Number(input.step);
  input.place = here;
  return FORESEEN.map((steps) => digits(here + steps * step)).filter((at) => at >= input.min && at <= input.max)
    .map((at) => (even ? at : stops[at]));
}

// The figures come first, by their own road (figure_requests.js); then the page runs: once for a row of keys. One run at a time: of
// keys that are pressed while the server works, the newest value goes when it is done.
const UNHEARD = 3000;  // ms that it may take until the server is seen to work
const UNANSWERED = 400;  // ms that a run of the page waits for the figures
function commit(input, key, value, since = performance.now(), standing = false) {
  clearTimeout(input.later);
  if (input.keyed && hand.dragging) {  // the key is held by now
    Object.assign(input, { later: null, held: true });
    return;
  }
  const moves = window.skewlabMoves?.moves;
  const works = document.querySelector('[data-testid="stApp"]')?.dataset.testScriptState === "running";
  const unheard = input.sent != null && performance.now() - input.sentAt < UNHEARD;
  const ahead = moves?.ask ? pending(moves) : {};
  const asked = Object.keys(ahead).length > 0;
  if (asked) inquire(moves, ahead);
  const answer = asked && answered(moves, ahead) !== undefined;
  const waited = performance.now() - since;
  const figures = asked && ((!standing && waited < UNANSWERED) || (input.keyed && waited < REST));
  if (figures || (input.keyed && (works || unheard))) {
    const from = answer && !standing ? performance.now() : since;
    input.later = setTimeout(() => { if (input.isConnected) commit(input, key, value, from, answer); }, 20);
    return;
  }
  Object.assign(input, { later: null, sent: value === input.known ? null : value, sentAt: performance.now() });
  write(key, value, true);
}

function made({ key }) {
  const slider = document.createElement("div");
  slider.dataset.slider = key;
  const label = Object.assign(document.createElement("span"), { className: "handle-label", ariaHidden: "true" });
  slider.append(label, Object.assign(document.createElement("input"), { type: "range", className: "handle" }));
  return slider;
}

export default function ({ data, parentElement }) {
  const box = parentElement.querySelector(".handles");
  if (!data || !box) return;
  // Built anew only where they are others: a slider that is put in its place again loses the hand.
  const alike = data.sliders.length === box.children.length
    && data.sliders.every(({ key }, i) => box.children[i].dataset.slider === key);
  if (!alike) box.replaceChildren(...data.sliders.map(made));
  data.sliders.forEach((slider, i) => mount(box.children[i], slider));
}
