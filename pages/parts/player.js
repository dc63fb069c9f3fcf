// Play, pause, speed: moves the epoch in the browser, frame by frame; the server hears of it when it rests.
const SPEEDS = [5, 10, 20, 40];

function controls(root) {
  const button = Object.assign(document.createElement("button"), { type: "button", className: "play" });
  const speed = document.createElement("select");
  speed.setAttribute("aria-label", "Epochs a second");
  SPEEDS.forEach((value) => speed.append(new Option(`${value} epochs/s`, value, value === 20, value === 20)));
  root.append(button, speed);
  return { button, speed };
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".player");
  if (!root || !data) return;
  const state = (root.player ??= { ...controls(root), playing: false });
  Object.assign(state, { data });
  const show = () => {
    state.button.textContent = state.playing ? "Pause" : "Play";
    state.button.setAttribute("aria-pressed", state.playing);
  };
  const go = (epoch) => {
    state.epoch = epoch;
    write("epoch", epoch, false);
    document.querySelectorAll(".st-key-side-handle-epoch input").forEach((slider) => { slider.value = epoch; });
    moveHand("epoch", epoch);
  };
  const rest = () => { state.playing = false; show(); write("epoch", state.epoch, true); };
  const frame = (now) => {
    if (!state.playing || !root.isConnected) return;
    const step = 1000 / Number(state.speed.value);
    const steps = Math.floor((now - state.last) / step);
    if (steps > 0) {  // late frames skip epochs rather than slow time down
      state.last += steps * step;
      go((state.epoch + Math.min(steps, 3)) % state.data.epochs);
    }
    requestAnimationFrame(frame);
  };
  const start = () => { state.last = performance.now(); requestAnimationFrame(frame); };
  const play = () => {
    if (state.data.epochs < 2) return;
    Object.assign(state, { playing: true, epoch: hand.values.epoch ?? state.data.epoch });
    show();
    if (!state.data.drawn || window.skewlabFramesOf === state.data.run) { start(); return; }
    const waited = setTimeout(start, 4000);
    document.addEventListener("skewlab:frames", () => { clearTimeout(waited); start(); }, { once: true });
    setTriggerValue("wanted", state.data.run);
  };
  const toggle = () => (state.playing ? rest() : play());
  state.button.onclick = toggle;
  show();
  if (state.playing && state.run && state.run !== data.run && data.drawn && window.skewlabFramesOf !== data.run) {
    setTriggerValue("wanted", data.run);  // another plan while playing: its draws
  }
  state.run = data.run;
  if (!state.keys) {
    state.keys = (event) => {
      const free = event.target === document.body || root.contains(event.target) || event.target.closest?.(".panel");
      if (!free || event.ctrlKey || event.metaKey || event.altKey) return;
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (event.key === " " && event.target.tagName !== "BUTTON" && event.target.tagName !== "SELECT") state.toggle();
      else if (step && event.target.tagName !== "SELECT" && !state.playing) state.step(step);
      else return;
      event.preventDefault();
    };
    document.addEventListener("keydown", state.keys);
  }
  state.toggle = toggle;
  state.step = (step) => {
    const epoch = (hand.values.epoch ?? state.data.epoch) + step;
    if (epoch < 0 || epoch >= state.data.epochs) return;
    go(epoch);
    clearTimeout(state.resting);
    state.resting = setTimeout(rest, 200);
  };
  return () => setTimeout(() => {
    if (root.isConnected) return;
    state.playing = false;
    document.removeEventListener("keydown", state.keys);
  }, 0);
}
