// Asks Python for the figures of other slider values, without a run of the page: one question at a time, the newest next.
// @ts-check
const MOST_ANSWERS = 12;

/** The question about these values; values that are not given are those of the last run. @param {Values | null} changed */
function questionKey(changed) {
  const { ticket } = live;
  return changed && ticket?.offer && JSON.stringify([ticket.settings, Object.entries({ ...ticket.values, ...changed }).sort()]);
}

/** Undefined: not answered yet; null: nothing to show. @param {Values | null} changed @returns {Answer | undefined} */
const answerTo = (changed) => live.answers.get(questionKey(changed));

/** What is shown while sliders are changed: the answer, or the latest one until it is there. @returns {Answer} */
const changedFigures = () => (changedValues() ? answerTo(changedValues()) ?? live.latestAnswer : null);

/** @param {Values | null} changed @param {boolean} [prefetch] of values that a slider may take next */
function requestFigures(changed, prefetch = false) {
  const key = questionKey(changed);
  if (!key || live.answers.has(key) || (prefetch && live.nextQuestion)) return;
  const url = `figures/${live.ticket.offer}?${new URLSearchParams(Object.entries(changed).map(([k, v]) => [k, `${v}`]))}`;
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
    if (prefetch && key !== questionKey(changedValues())) continue;
    live.latestAnswer = answer ?? live.latestAnswer;
    announce();
  }
  live.asking = null;
}
