// Play, pause, speed: moves the epoch in the browser, frame by frame; the server is told where it rests.
// @ts-check
/** @typedef {{ button: HTMLButtonElement, speed: HTMLSelectElement, data: { epoch: number, epochs: number, run: string },
 *   send: Component["setTriggerValue"], epoch: number, run?: string, last: number, frame?: number, waiting?: number,
 *   end: () => void }} PlayerState */
/** @type {WeakMap<HTMLElement, PlayerState>} */
const players = new WeakMap();
const SPEEDS = [5, 10, 20, 40];
const MOST_EPOCHS = 3;  // that one frame may leap
const FRAMES_WAIT = 4000;  // ms that the draws may take to come: then playing begins, and the batches follow later

/** @param {PlayerState} player */
function write({ button }) {
  button.textContent = live.playing ? "Pause" : "Play";
  button.setAttribute("aria-pressed", String(live.playing));
}

/** @param {PlayerState} player @param {number} epoch */
function showEpochOf(player, epoch) {
  player.epoch = epoch;
  /** @type {NodeListOf<HTMLInputElement>} */
  const sliders = document.querySelectorAll(".st-key-slider-epoch input");
  sliders.forEach((slider) => { slider.value = String(epoch); });
  moveSlider("epoch", epoch);
}

/** Nothing that was begun goes on: neither frames nor waiting for draws. @param {PlayerState} player */
function pause(player) {
  cancelAnimationFrame(player.frame);
  clearTimeout(player.waiting);
  player.waiting = null;
  live.playing = false;
  write(player);
}

/** @param {PlayerState} player */
function start(player) {
  player.waiting = null;
  player.last = performance.now();
  const frame = (/** @type {number} */ now) => {
    const step = 1000 / Number(player.speed.value), steps = Math.floor((now - player.last) / step);
    if (steps > 0) {  // late frames skip epochs rather than slow time down
      player.last += steps * step;
      showEpochOf(player, (player.epoch + Math.min(steps, MOST_EPOCHS)) % player.data.epochs);
    }
    player.frame = requestAnimationFrame(frame);
  };
  player.frame = requestAnimationFrame(frame);
}

/** @param {PlayerState} player */
function rest(player) {
  pause(player);
  showEpochOf(player, player.epoch);
  commit("epoch", player.epoch, (epoch) => player.send("rested", epoch));
}

/** @param {PlayerState} player */
const lacksFrames = ({ data }) => live.frames?.run !== data.run;

/** @param {PlayerState} player */
function toggle(player) {
  const { data } = player;
  if (live.playing) return rest(player);
  if (data.epochs < 2) return;
  player.epoch = live.values.epoch ?? data.epoch;
  live.uncommitted.delete("epoch");
  live.playing = true;
  write(player);
  if (!lacksFrames(player)) return start(player);
  player.waiting = setTimeout(() => start(player), FRAMES_WAIT);
  player.send("frames_for", data.run);
}

/** @param {PlayerState} player @param {number} by */
function step(player, by) {
  const epoch = (live.playing ? player.epoch : live.values.epoch ?? player.data.epoch) + by;
  player.epoch = Math.min(Math.max(epoch, 0), player.data.epochs - 1);
  live.keyed = true;
  rest(player);
}

/** @param {HTMLElement} root @param {PlayerState["data"]} data @returns {PlayerState} */
function newPlayer(root, data) {
  const button = document.createElement("button"), speed = document.createElement("select");
  button.type = "button";
  speed.setAttribute("aria-label", "Epochs a second");
  SPEEDS.forEach((value) => speed.append(new Option(`${value} epochs/s`, String(value), value === 20, value === 20)));
  root.append(button, speed);
  const player = /** @type {PlayerState} */ ({ button, speed, data, epoch: data.epoch, last: 0 });
  button.onclick = () => toggle(player);
  const pressed = (/** @type {KeyboardEvent} */ event) => {
    const target = /** @type {HTMLElement} */ (event.target);
    const free = target === document.body || root.contains(target) || target.closest?.(".panel");
    if (!free || event.ctrlKey || event.metaKey || event.altKey || target.tagName === "SELECT") return;
    if (event.key === " " && target.tagName !== "BUTTON") toggle(player);
    else if (event.key === "ArrowRight" || event.key === "ArrowLeft") step(player, event.key === "ArrowRight" ? 1 : -1);
    else return;
    event.preventDefault();
  };
  const framesCame = () => { if (player.waiting) { clearTimeout(player.waiting); start(player); } };
  document.addEventListener("keydown", pressed);
  document.addEventListener("skewlab:frames", framesCame);
  player.end = () => {
    pause(player);
    document.removeEventListener("keydown", pressed);
    document.removeEventListener("skewlab:frames", framesCame);
  };
  players.set(root, player);
  return player;
}

/** @param {Component} component */
export default function ({ data, parentElement, setTriggerValue }) {
  /** @type {HTMLElement} */
  const root = parentElement.querySelector(".player");
  if (!root || !data) return;
  const player = players.get(root) ?? newPlayer(root, data);
  Object.assign(player, { data, send: setTriggerValue });
  write(player);
  if (live.playing && player.run && player.run !== data.run && lacksFrames(player)) {
    setTriggerValue("frames_for", data.run);  // another plan while playing
  }
  player.run = data.run;
  return () => setTimeout(() => { if (!root.isConnected) player.end(); }, 0);
}
