// Sliders beside number boxes: the figures follow while one moves; Python sets the box's value when it rests.
// @ts-check
/** @typedef {{ key: string, label: string, stops: number[], value: number | null, even: boolean }} SliderData */
const digits = (value) => Number(Number(value).toPrecision(12));

/** @param {SliderData} data @param {number} value */
function placeOf({ stops, even }, value) {
  if (even) return value;
  return stops.reduce((best, stop, i) => (Math.abs(stop - value) < Math.abs(stops[best] - value) ? i : best), 0);
}

/** @param {HTMLElement} slider @param {SliderData} data @param {(value: { key: string, value: number }) => void} send */
function update(slider, data, send) {
  const label = slider.querySelector("span"), input = slider.querySelector("input");
  const { key, stops, even } = data, last = stops.length - 1;
  const valueAt = (place) => (even ? digits(place) : stops[Number(place)]);
  const [low, high, step] = even ? [stops[0], stops[last], last ? digits(stops[1] - stops[0]) : 1] : [0, last, 1];
  const isChanged = live.uncommitted.has(key) || performance.now() < live.runEnds || (live.playing && key === "epoch");
  if (equal(live.values[key], data.value)) {  // the server knows this value
    if (!live.uncommitted.has(key)) live.runEnds = Math.min(live.runEnds, performance.now() + RUN_REST);
  } else if (!isChanged) delete live.values[key];
  const newest = isChanged && key in live.values ? live.values[key] : data.value ?? stops[0];  // of its twin too
  Object.assign(input, { min: low, max: high, step, disabled: last < 1, value: placeOf(data, newest) });
  const write = (value) => {
    const text = value.toLocaleString("en", { maximumFractionDigits: 4 });
    Object.assign(input, { ariaLabel: data.label, ariaValueText: text });
    label.textContent = `${data.label}: ${text}`;
  };
  let place = Number(input.value);
  write(newest);
  input.oninput = () => {
    const now = Number(input.value), next = Math.min(Math.max(2 * now - place, low), high), value = valueAt(now);
    place = now;
    write(value);
    moveSlider(key, value);
    if (live.keyed) requestFigures({ ...changedValues(), [key]: valueAt(next) }, true);  // where the next key will lead
    commit(key, value, (newest) => send({ key, value: newest }));
  };
  input.onpointerdown = () => Object.assign(live, { dragging: true, keyed: false });
  input.onpointerup = input.onpointercancel = input.onkeyup = input.onblur = () => { live.dragging = false; };
  // A key that is held down moves the slider as a drag does: the server hears of it once, when it is let go.
  input.onkeydown = (event) => Object.assign(live, { dragging: event.repeat, keyed: true });
}

function newSlider({ key }) {
  const slider = document.createElement("div");
  slider.innerHTML = '<span aria-hidden="true"></span><input type="range">';
  slider.dataset.slider = key;
  return slider;
}

/** @param {Component} component */
export default function ({ data, parentElement, setTriggerValue }) {
  const box = parentElement.querySelector(".sliders");
  if (!data || !box) return;
  const keys = [...box.children].map((slider) => /** @type {HTMLElement} */ (slider).dataset.slider);
  // Built anew only where they are others: a slider that is put in its place again loses the pointer.
  if (keys.join() !== data.sliders.map((one) => one.key).join()) box.replaceChildren(...data.sliders.map(newSlider));
  data.sliders.forEach((one, i) =>
    update(/** @type {HTMLElement} */ (box.children[i]), one, (value) => setTriggerValue("moved", value)));
}
