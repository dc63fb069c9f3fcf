// Play, pause, speed: moves the epoch in the browser, frame by frame; the server hears of it when it rests.
const SPEEDS = [5, 10, 20, 40];
const PATIENCE = 4000;  // ms that the draws may take to come: then playing begins, and the batches follow later

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
  const lacksDraws = () => data.drawn && window.skewlabFramesOf !== data.run;
  const go = (epoch) => {
    state.epoch = epoch;
    write("epoch", epoch, false);
    document.querySelectorAll(".st-key-side-handle-epoch input").forEach((slider) => { slider.value = epoch; });
    moveHand("epoch", epoch);
  };
  const frame = (now) => {
    if (!state.playing || !root.isConnected) return;
    const step = 1000 / Number(state.speed.value);
    const steps = Math.floor((now - state.last) / step);
    if (steps > 0) {  // late frames skip epochs rather than slow time down
      state.last += steps * step;
      go((state.epoch + Math.min(steps, 3)) % state.data.epochs);
    }
    state.frame = requestAnimationFrame(frame);
  };
  const still = () => {  // nothing that was begun goes on: neither frames, nor waiting for draws, nor coming to rest
    cancelAnimationFrame(state.frame);
    clearTimeout(state.waiting);
    clearTimeout(state.resting);
    state.waiting = null;
    hand.playing = false;
  };
  const start = () => {
    still();
    hand.playing = true;
    state.last = performance.now();
    state.frame = requestAnimationFrame(frame);
  };
  const pause = () => { still(); state.playing = false; show(); };
  const rest = () => { pause(); write("epoch", state.epoch, true); };
  const play = () => {
    if (state.data.epochs < 2) return;
    still();
    Object.assign(state, { playing: true, epoch: hand.values.epoch ?? state.data.epoch });
    show();
    if (!lacksDraws()) { start(); return; }
    state.waiting = setTimeout(start, PATIENCE);
    setTriggerValue("wanted", state.data.run);
  };
  state.toggle = () => (state.playing ? rest() : play());
  state.step = (step) => {
    const epoch = (hand.values.epoch ?? state.data.epoch) + step;
    if (epoch < 0 || epoch >= state.data.epochs) { if (state.playing) rest(); return; }
    pause();
    go(epoch);
    state.resting = setTimeout(rest, 200);
  };
  state.begin = () => { if (state.waiting) start(); };
  state.button.onclick = state.toggle;
  show();
  if (state.playing && state.run && state.run !== data.run && lacksDraws()) {
    setTriggerValue("wanted", data.run);  // another plan while playing: its draws
  }
  state.run = data.run;
  if (!state.keys) {
    state.keys = (event) => {
      const free = event.target === document.body || root.contains(event.target) || event.target.closest?.(".panel");
      if (!free || event.ctrlKey || event.metaKey || event.altKey) return;
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (event.key === " " && event.target.tagName !== "BUTTON" && event.target.tagName !== "SELECT") state.toggle();
      else if (step && event.target.tagName !== "SELECT") state.step(step);
      else return;
      event.preventDefault();
    };
    state.arrived = () => state.begin();
    document.addEventListener("keydown", state.keys);
    document.addEventListener("skewlab:frames", state.arrived);
  }
  return () => setTimeout(() => {
    if (root.isConnected) return;
    still();
    state.playing = false;
    document.removeEventListener("keydown", state.keys);
    document.removeEventListener("skewlab:frames", state.arrived);
  }, 0);
}
