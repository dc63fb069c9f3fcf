// Python's figures for the values under the hand, asked for without a run of the page (ahead.py): one question at a
// time, the newest next. What was answered is kept, and while nothing moves the next stops of a key are asked for.
const answers = (window.skewlabAnswers ??= { kept: new Map(), asking: null, next: null });
const MOST_KEPT = 12;
const EASY = 400;  // ms of an answer that may be asked for in vain
const PAUSE = 60;  // ms that a dragged slider stands still before the server is asked where previews follow it

// Where the hand is and the server is not yet.
function pending(moves) {
  const ahead = Object.entries(hand.values).filter(([key, value]) => Math.abs((moves.values[key] ?? NaN) - value) > 1e-9
    || moves.values[key] === undefined);
  return Object.fromEntries(ahead);
}

const questionOf = ({ ask, values }, ahead) =>
  ask && JSON.stringify([ask.rest, Object.entries({ ...values, ...ahead }).sort()]);
const answered = (moves, ahead) => answers.kept.get(questionOf(moves, ahead));

function inquire(moves, ahead, foreseen = false) {
  const question = questionOf(moves, ahead);
  if (!question || answers.kept.has(question) || (foreseen && answers.next)) return;
  if (answers.asking?.question !== question) answers.next = { question, of: moves.ask.of, ahead, foreseen };
  if (!answers.asking) inquireOn();
}

// For the values under the hand: at once, or where previews do meanwhile, when the hand pauses.
function inquireSoon(moves, ahead, previewed) {
  clearTimeout(answers.pause);
  if (hand.playing) return;
  if (previewed && hand.dragging) answers.pause = setTimeout(() => inquire(moves, ahead), PAUSE);
  else inquire(moves, ahead);
}

async function inquireOn() {
  while (answers.next) {
    const asking = (answers.asking = answers.next);
    answers.next = null;
    const start = performance.now();
    const answer = await fetch(`/figures/${asking.of}?${new URLSearchParams(asking.ahead)}`)
      .then((said) => (said.status === 200 ? said.json() : null)).catch(() => null);
    answers.took = performance.now() - start;
    answers.kept.set(asking.question, answer);  // null: there is none, until the page has run again
    if (answers.kept.size > MOST_KEPT) answers.kept.delete(answers.kept.keys().next().value);
    if (!asking.foreseen) answers.last = answer ?? answers.last;
    const { moves } = window.skewlabMoves;
    const wanted = asking.question === questionOf(moves, pending(moves));  // the hand may have come where it was foreseen
    if (wanted || !asking.foreseen) document.dispatchEvent(new CustomEvent("skewlab:move", { detail: {} }));
    if (!answers.next) foresee();
  }
  answers.asking = null;
}

// After a run of the page: what was not to be had may be now, and the last answer is older than what stands.
function forgetFailures() {
  answers.last = null;
  for (const [question, answer] of answers.kept) if (!answer) answers.kept.delete(question);
}

// Where the next keys will lead is asked for while nothing else is, unless that is hard work.
function foresee() {
  const moves = window.skewlabMoves?.moves;
  const { key, here, stops } = hand.likely ?? {};
  if (!moves?.ask || !key || answers.took > EASY || { ...moves.values, ...hand.values }[key] !== here) return;
  const next = stops.map((stop) => ({ ...hand.values, [key]: stop })).find((ahead) => answered(moves, ahead) === undefined);
  if (next) inquire(moves, next, true);
}
