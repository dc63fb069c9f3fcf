// The browser asks before the page is left while there are labels that would be lost.
// @ts-check
export default ({ data }) => { window.onbeforeunload = data.labels ? (event) => event.preventDefault() : null; };
