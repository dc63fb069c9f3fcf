// Where the hand is: values that are ahead of the server's. All live parts share it.
const hand = (window.skewlabHand ??= { values: {}, at: 0 });

function moveHand(key, value) {
  hand.values[key] = value;
  hand.at = performance.now();
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

