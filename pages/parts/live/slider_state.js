// Where the sliders are, which may be newer than the server knows, and when the server is told. All live components share this.
// @ts-check
/** @type {LiveState} */
const live = (window.skewlab ??= {
  values: {}, movedAt: 0, dragging: false, playing: false, keyed: false, uncommitted: new Map(), runEnds: 0, ticket: null,
  answers: new Map(), latestAnswer: null, asking: null, nextQuestion: null, frames: null,
  jobs: new Map(), drawTimes: new WeakMap(), drawing: false,
});
const KEY_ROW = 300;  // ms between two presses of one row of keys
const ANSWER_WAIT = 400;  // ms that a run of the page waits for the figures, which come faster alone
const RUN_MOST = 3000, RUN_REST = 500;  // ms: a run of the page, and what is left of it once the sliders have come
const VALUE_LOST = 5000;  // ms after which a value that never came back from the server is given up

const announce = () => document.dispatchEvent(new CustomEvent("skewlab:slider"));
const equal = (one, other) => Math.abs(one - other) < 1e-9;

/** The values that the last run of the page did not have; null where it had all. @returns {Values | null} */
function changedValues() {
  const changed = Object.entries(live.values).filter(([key, value]) => !equal(live.ticket?.values[key], value));
  return changed.length ? Object.fromEntries(changed) : null;
}

function moveSlider(key, value) {
  live.values[key] = value;
  live.movedAt = performance.now();
  const others = Object.keys(changedValues() ?? {}).some((changed) => changed !== "epoch");
  document.documentElement.dataset.sliders = others ? "changed" : "epoch";  // text that waits for a run fades (page.css)
  const box = document.querySelector(`.st-key-${key} input`);  // shows the value, but does not have it yet
  if (box) Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set.call(box, String(value));
  if (!live.playing) requestFigures(changedValues());
  announce();
}

/** Tells the server a value once it is due. @param {string} key @param {number} value @param {Commit["send"]} send */
function commit(key, value, send) {
  live.uncommitted.set(key, { value, send });
  commitWhenDue();
}

// One run of the page at a time, and one for a row of keys. The figures of the newest values come first, by their own way:
// a run keeps the browser busy. Where nothing but a run shows a value, the page runs while the slider moves.
function commitIsDue() {
  const now = performance.now();
  if (live.playing || now < live.runEnds) return false;
  if (!live.ticket?.offer) return true;
  if (live.dragging || (live.keyed && now - live.movedAt < KEY_ROW)) return false;
  return answerTo(changedValues()) !== undefined || now - live.movedAt > ANSWER_WAIT;
}

function commitWhenDue() {
  clearTimeout(live.commitTimer);
  if (!live.uncommitted.size) return;
  if (!commitIsDue()) {
    live.commitTimer = setTimeout(commitWhenDue, 20);
    return;
  }
  const commits = [...live.uncommitted].filter(([key, { value }]) => !equal(live.ticket?.values[key], value));
  live.uncommitted.clear();
  dropKnownValues();  // a slider may be back where it was
  for (const [, { value, send }] of commits) send(value);
  if (!commits.length) return;
  live.runEnds = performance.now() + RUN_MOST;
  setTimeout(() => { dropKnownValues(); announce(); }, VALUE_LOST + 100);
}

/** A run of the page has come to its figures. @param {string} text the ticket, as JSON */
function takeTicket(text) {
  if (live.ticket?.text === text) return;
  const ticket = JSON.parse(text);
  if (ticket.made < live.ticket?.made) return;  // of the page before (NOTE newest-ticket)
  if (ticket.settings !== live.ticket?.settings) live.latestAnswer = null;
  live.ticket = { text, ...ticket };
  live.runEnds = 0;
  for (const [question, answer] of live.answers) if (!answer) live.answers.delete(question);
  dropKnownValues();
}

function dropKnownValues() {
  const resting = !live.dragging && !live.playing && !live.uncommitted.size;
  const lost = resting && performance.now() - live.movedAt > VALUE_LOST;
  for (const [key, value] of Object.entries(live.values)) {
    const known = live.ticket?.values[key];
    if (!live.uncommitted.has(key) && (lost || known === undefined || equal(known, value))) delete live.values[key];
  }
  if (Object.keys(live.values).length) return;
  live.latestAnswer = null;
  delete document.documentElement.dataset.sliders;
}
