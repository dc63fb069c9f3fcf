// Where the hand is: values that are ahead of the server's. All live parts share it.
const hand = (window.skewlabHand ??= { values: {}, at: 0 });

const REST = 300;  // ms after which a hand that does not move rests: in a row of keys the next one comes sooner

function moveHand(key, value) {
  hand.values[key] = value;
  hand.at = performance.now();
  document.documentElement.dataset.hand = "ahead";  // what is only said of where it was fades (frame.css)
  document.dispatchEvent(new CustomEvent("skewlab:move", { detail: { key, value } }));
}

// Show a value in a number box without committing it; `commit` makes it Streamlit's.
function write(key, value, commit) {
  const box = document.querySelector(`.st-key-${key} input`);
  if (!box) return;
  Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set.call(box, String(value));
  if (!commit) return;
  box.dispatchEvent(new Event("input", { bubbles: true }));
  box.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", code: "Enter", bubbles: true }));
}


const HAND_LOST = 5000;  // ms after which a value that never came back from the server is given up

// What only the server can show, it is asked for while the hand moves: the newest values, once the last ones are shown.
function ask(ahead, known) {
  const idle = [undefined, "notRunning"].includes(document.querySelector('[data-testid="stApp"]')?.dataset.testScriptState);
  const shown = !hand.asked || Object.entries(hand.asked.values).every(([key, value]) => known[key] === value);
  if (idle && (shown || performance.now() - hand.asked.at > HAND_LOST)) {
    hand.asked = { values: ahead, at: performance.now() };
    Object.entries(ahead).forEach(([key, value]) => write(key, value, true));
    return;
  }
  clearTimeout(hand.again);
  hand.again = setTimeout(() => document.dispatchEvent(new CustomEvent("skewlab:move", { detail: {} })), 30);
}
