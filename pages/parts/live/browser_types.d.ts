// Types that the scripts of the live components share.
type Values = Record<string, number>;
/** A chart as Python sends it; `spec` is plotly's data and layout as JSON text. */
type Chart = {
  id: string; title: string; note: string; alt: string; spec: string; span: number; height: number; rank: number;
};
type Panel = { rev: string; charts: Chart[] };
/** heights: of the spark-line at each epoch, from 0 to 1. */
type Tile = { label: string; value: string; note: string; epoch: number; heights: number[] };
type Answer = Record<string, any> | null;
/** What the page's last run showed: the value of each slider, and how other figures are asked for. */
type Ticket = { text: string; values: Values; made: number; offer?: string; settings?: string };
type Question = { key: string; url: string; prefetch: boolean };
type Commit = { value: number; send: (value: number) => void };
/** Chart id -> attribute of its traces -> per epoch one value a trace; "metrics" -> "value" -> per epoch a text a tile;
 * "takeaway" -> "text" -> per epoch a sentence. */
type Frames = { run: string; charts: Record<string, Record<string, any[]>> };
type Job = { plot: HTMLElement; rank: number; since: number; draw: () => unknown };
interface LiveState {
  /** Values of sliders that the server may not have yet. */
  values: Values;
  movedAt: number;
  dragging: boolean;
  playing: boolean;
  /** By keys, which come in rows. */
  keyed: boolean;
  uncommitted: Map<string, Commit>;
  commitTimer?: number;
  /** When the page's run is over at the latest, in ms of `performance.now()`. */
  runEnds: number;
  ticket: Ticket | null;
  answers: Map<string, Answer>;
  latestAnswer: Answer;
  asking: Question | null;
  nextQuestion: Question | null;
  frames: Frames | null;
  jobs: Map<HTMLElement, Job>;
  /** ms that the last drawing of a plot took. */
  drawTimes: WeakMap<HTMLElement, number>;
  drawing: boolean;
}
interface Window { skewlab: LiveState; Plotly: any }
type Component = { data: any; parentElement: HTMLElement; setTriggerValue: (name: string, value: unknown) => void };
