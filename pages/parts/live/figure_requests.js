// Asks Python for the figures of other slider values, without a run of the page: one question at a time, the newest next.
// @ts-check
const MOST_ANSWERS = 12;
const PREFETCH_MOST = 400;  // ms of an answer; a slower one is not asked for on suspicion

/** The question about these values; values that are not given are those of the last run. @param {Values} ahead */
function questionKey(ahead) {
  const { ticket } = live;
  return ticket?.offer && JSON.stringify([ticket.settings, Object.entries({ ...ticket.values, ...ahead }).sort()]);
}

/** Undefined: not answered yet; null: nothing to show. @param {Values} ahead @returns {Answer | undefined} */
const answerTo = (ahead) => live.answers.get(questionKey(ahead));

/** @param {Values} ahead @param {boolean} [prefetch] on suspicion, where nothing else is asked */
function requestFigures(ahead, prefetch = false) {
  const key = questionKey(ahead);
  if (!key || live.answers.has(key) || (prefetch && live.nextQuestion) || !Object.keys(ahead).length) return;
  const url = `/figures/${live.ticket.offer}?${new URLSearchParams(Object.entries(ahead).map(([k, v]) => [k, `${v}`]))}`;
  if (live.asking?.key !== key) live.nextQuestion = { key, url, prefetch };
  if (!live.asking) askOn();
}

async function askOn() {
  while (live.nextQuestion) {
    const question = (live.asking = live.nextQuestion);
    live.nextQuestion = null;
    const start = performance.now();
    /** @type {Answer} */
    let answer = null;
    try {
      const response = await fetch(question.url);
      if (response.status === 200) answer = await response.json();
    } catch { /* the next run of the page shows it */ }
    live.answerTime = performance.now() - start;
    live.answers.set(question.key, answer);
    if (live.answers.size > MOST_ANSWERS) live.answers.delete(live.answers.keys().next().value);
    const isNewest = question.key === questionKey(valuesAhead());
    if (answer && (isNewest || !question.prefetch)) live.latestAnswer = answer;
    if (isNewest || !question.prefetch) announce();
    if (!live.nextQuestion) prefetchFigures();
  }
  live.asking = null;
}

// The next stops of a slider that keys have moved.
function prefetchFigures() {
  const { key, value, stops } = live.prefetch ?? {};
  if (!live.ticket?.offer || live.answerTime > PREFETCH_MOST) return;
  if (!key || ({ ...live.ticket.values, ...live.values })[key] !== value) return;
  const next = stops.map((stop) => ({ ...live.values, [key]: stop })).find((ahead) => answerTo(ahead) === undefined);
  if (next) requestFigures(next, true);
}
