// Asks Python for the figures of other slider values, without a run of the page: one question at a time, the newest next.
// @ts-check
const MOST_ANSWERS = 12;

/** The question about these values; values that are not given are those of the last run. @param {Values | null} ahead */
function questionKey(ahead) {
  const { ticket } = live;
  return ahead && ticket?.offer && JSON.stringify([ticket.settings, Object.entries({ ...ticket.values, ...ahead }).sort()]);
}

/** Undefined: not answered yet; null: nothing to show. @param {Values | null} ahead @returns {Answer | undefined} */
const answerTo = (ahead) => live.answers.get(questionKey(ahead));

/** What is shown while sliders are ahead: the answer, or the latest one until it is there. @returns {Answer} */
const answerAhead = () => (valuesAhead() ? answerTo(valuesAhead()) ?? live.latestAnswer : null);

/** @param {Values | null} ahead @param {boolean} [prefetch] of values that a slider may take next */
function requestFigures(ahead, prefetch = false) {
  const key = questionKey(ahead);
  if (!key || live.answers.has(key) || (prefetch && live.nextQuestion)) return;
  const url = `/figures/${live.ticket.offer}?${new URLSearchParams(Object.entries(ahead).map(([k, v]) => [k, `${v}`]))}`;
  live.nextQuestion = live.asking?.key === key ? null : { key, url, prefetch };
  if (!live.asking) askOn();
}

async function askOn() {
  while (live.nextQuestion) {
    const { key, url, prefetch } = (live.asking = live.nextQuestion);
    live.nextQuestion = null;
    /** @type {Answer} */
    let answer = null;
    try {
      const response = await fetch(url);
      if (response.status === 200) answer = await response.json();
    } catch { /* the next run of the page shows it */ }
    live.answers.set(key, answer);
    if (live.answers.size > MOST_ANSWERS) live.answers.delete(live.answers.keys().next().value);
    if (prefetch && key !== questionKey(valuesAhead())) continue;
    live.latestAnswer = answer ?? live.latestAnswer;
    announce();
  }
  live.asking = null;
}
