// Play, pause, speed: moves the epoch in the browser, frame by frame, up to the last; the server is told where it rests.
// @ts-check
const SPEEDS = [0.25, 0.5, 1, 2, 4];
const MOST_EPOCHS = 3;  // that one frame may leap
const FRAMES_WAIT = 4000;  // ms that the draws may take to come: then playing begins, and the batches follow later

class Player {
  frame = 0;
  waiting = 0;
  started = 0;
  epoch = 0;
  data = { epoch: 0, epochs: 1, rate: 1, run: "" };
  send = (name, value) => {};

  constructor(root) {
    this.root = root;
    this.button = Object.assign(document.createElement("button"), { type: "button", onclick: () => this.toggle() });
    this.speed = document.createElement("select");
    this.speed.setAttribute("aria-label", "Speed");
    for (const value of SPEEDS) this.speed.append(new Option(`${value} ×`, `${value}`, value === 1, value === 1));
    root.append(this.button, this.speed);
    document.addEventListener("keydown", this.onKey);
    document.addEventListener("skewlab:frames", this.onFrames);
    document.addEventListener("skewlab:slider", this.writeTakeaway);
  }

  write() {
    this.button.textContent = live.playing ? "Pause" : "Play";
    this.button.setAttribute("aria-pressed", String(live.playing));
  }

  get last() { return this.data.epochs - 1; }

  lacksFrames() { return live.frames?.run !== this.data.run; }

  showEpoch(epoch) {
    this.epoch = epoch;
    const slider = document.querySelector(".st-key-slider-epoch input");
    if (slider instanceof HTMLInputElement) slider.value = String(epoch);
    moveSlider("epoch", epoch);
  }

  // The page's first sentence follows the epoch, as an attribute that page.css shows: the text itself is Streamlit's.
  writeTakeaway = () => {
    const known = document.documentElement.dataset.sliders === "epoch" && !this.lacksFrames();
    const text = known && live.frames.charts.takeaway.text[live.values.epoch];
    document.querySelector(".st-key-page-text-first")?.setAttribute("data-takeaway", text || "");
  };

  pause() {  // nothing that was begun goes on: neither frames nor waiting for draws
    cancelAnimationFrame(this.frame);
    clearTimeout(this.waiting);
    this.waiting = 0;
    live.playing = false;
    this.write();
  }

  rest() {
    this.pause();
    this.showEpoch(this.epoch);
    commit("epoch", this.epoch, (epoch) => this.send("rested", epoch));
  }

  start() {
    clearTimeout(this.waiting);
    this.waiting = 0;
    this.started = performance.now();
    const frame = (now) => {
      const time = 1000 / (this.data.rate * Number(this.speed.value)), epochs = Math.floor((now - this.started) / time);
      if (epochs > 0) {  // late frames skip epochs rather than slow time down
        this.started += epochs * time;
        this.epoch = Math.min(this.epoch + Math.min(epochs, MOST_EPOCHS), this.last);
        if (this.epoch === this.last) return this.rest();
        this.showEpoch(this.epoch);
      }
      this.frame = requestAnimationFrame(frame);
    };
    this.frame = requestAnimationFrame(frame);
  }

  toggle() {
    if (live.playing) return this.rest();
    if (this.data.epochs < 2) return;
    this.epoch = live.values.epoch ?? this.data.epoch;
    live.uncommitted.delete("epoch");
    live.playing = true;
    if (this.epoch >= this.last) this.showEpoch(0);
    this.write();
    if (!this.lacksFrames()) return this.start();
    this.waiting = setTimeout(() => this.start(), FRAMES_WAIT);
    this.send("frames_for", this.data.run);
  }

  step(by) {
    const epoch = (live.playing ? this.epoch : live.values.epoch ?? this.data.epoch) + by;
    this.epoch = Math.min(Math.max(epoch, 0), this.last);
    live.keyed = true;
    this.rest();
  }

  onFrames = () => { if (this.waiting) this.start(); };

  onKey = (event) => {
    const { target, key } = event;
    const free = target === document.body || this.root.contains(target) || target.closest?.(".panel");
    if (!free || event.ctrlKey || event.metaKey || event.altKey || target.tagName === "SELECT") return;
    if (key === " " && target.tagName !== "BUTTON") this.toggle();
    else if (key === "ArrowRight" || key === "ArrowLeft") this.step(key === "ArrowRight" ? 1 : -1);
    else return;
    event.preventDefault();
  };

  end() {
    this.pause();
    document.removeEventListener("keydown", this.onKey);
    document.removeEventListener("skewlab:frames", this.onFrames);
    document.removeEventListener("skewlab:slider", this.writeTakeaway);
  }
}

/** @type {WeakMap<HTMLElement, Player>} */
const players = new WeakMap();

/** @param {Component} component */
export default function ({ data, parentElement, setTriggerValue }) {
  /** @type {HTMLElement} */
  const root = parentElement.querySelector(".player");
  if (!root || !data) return;
  const player = players.get(root) ?? new Player(root);
  players.set(root, player);
  const isOther = player.data.run && player.data.run !== data.run;
  Object.assign(player, { data, send: setTriggerValue });
  player.write();
  if (live.playing && isOther && player.lacksFrames()) setTriggerValue("frames_for", data.run);
  return () => setTimeout(() => { if (!root.isConnected) player.end(); }, 0);
}
