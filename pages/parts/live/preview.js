// Previews: what the figures show while a slider moves. Tables are Python's; the one formula here is the closed form
// p ~ n^(1 - s), compared with Python's shares each time they arrive (data-maxdiff). It gives way to Python's figures.
const KINDS = { f4: Float32Array, f8: Float64Array, i4: Int32Array, u4: Uint32Array, u2: Uint16Array, u1: Uint8Array };

function unpacked(value) {
  if (!value?.bdata) return value;
  const signs = atob(value.bdata);
  const bytes = new Uint8Array(signs.length);
  for (let i = 0; i < signs.length; i++) bytes[i] = signs.charCodeAt(i);
  const list = new KINDS[value.dtype](bytes.buffer);
  if (!value.shape) return list;
  const width = Number(value.shape.split(",").at(-1));
  return Array.from({ length: list.length / width }, (_, i) => list.subarray(i * width, (i + 1) * width));
}

const logsOf = (counts) => Float64Array.from(counts, Math.log);

function unpackedMoves(text) {
  const moves = JSON.parse(text);
  if (!moves.counts) return moves;
  for (const key of ["counts", "band", "skews", "shares"]) moves[key] = unpacked(moves[key]);
  moves.logs = logsOf(moves.counts);
  if (moves.closed) {
    moves.check.shares = unpacked(moves.check.shares);
    moves.maxdiff = Math.max(...moves.check.epochs.map((epoch, i) => {
      const mine = sharesAt(moves.logs, moves.skews[epoch]);
      return mine.reduce((most, share, c) => Math.max(most, Math.abs(share - moves.check.shares[i][c])), 0);
    }));
  }
  return moves;
}

// Epoch -> series -> samples in each shown batch.
function unpackedFrames(text) {
  const { rows, batches } = JSON.parse(text);
  return unpacked(rows).map((row) => Array.from({ length: row.length / batches },
    (_, i) => row.subarray(i * batches, (i + 1) * batches)));
}

// Class shares at one skew; a class without samples (log -Infinity) has none.
function sharesAt(logs, skew) {
  const power = 1 - skew;
  const shares = new Float64Array(logs.length);
  let most = -Infinity, sum = 0;
  for (const log of logs) if (log > -Infinity) most = Math.max(most, power * log);
  for (let c = 0; c < logs.length; c++) {
    shares[c] = logs[c] > -Infinity ? Math.exp(power * logs[c] - most) : 0;
    sum += shares[c];
  }
  for (let c = 0; c < logs.length; c++) shares[c] /= sum;
  return shares;
}

// Class shares of each epoch.
function sharesOver(logs, skews) {
  const at = new Map();
  return Array.from(skews, (skew) => at.get(skew) ?? (at.set(skew, sharesAt(logs, skew)), at.get(skew)));
}

// The cells of a map: a row a class, of every so many epochs.
function cellsOf(shares, every = 1) {
  const shown = shares.filter((_, e) => e % every === 0);
  const cells = Array.from(shown[0], () => new Float32Array(shown.length));
  shown.forEach((row, e) => { for (let c = 0; c < row.length; c++) cells[c][e] = row[c]; });
  return cells;
}

// Where a value lies in a table: at the row of its own stop (part 0), or some part of the way to the next.
function placeIn({ stops }, value) {
  const at = stops.findLastIndex((stop) => stop <= value + 1e-9);
  if (at < 0 || at === stops.length - 1) return [Math.max(at, 0), 0];
  const part = (value - stops[at]) / (stops[at + 1] - stops[at]);
  return [at, Math.abs(value - stops[at]) < 1e-9 ? 0 : part];
}

function rowAt(table, value, read = (row) => row) {
  const rows = (table.unpacked ??= unpacked(table.rows).map(read));
  const [at, part] = placeIn(table, value);
  return part ? rows[at].map((low, c) => low + part * (rows[at + 1][c] - low)) : rows[at];
}

// The table of a slider, where the one that is here belongs to these moves.
function tableOf({ tables }, key) {
  const table = window.skewlabTables?.[key];
  return table && table.name === tables[key] ? table : null;
}

// Everything a preview shows, for the values under the hand: {epoch, skews, shares: per epoch, by rank of the class;
// between: whether a table has no row of its own for one of the values}.
function previewed(moves, hand) {
  if (!moves.counts) return null;
  const epoch = hand.epoch ?? moves.epoch;
  const others = Object.keys(hand).filter((key) => key !== "epoch");
  const tables = others.map((key) => tableOf(moves, key));
  if (!moves.closed || moves.maxdiff >= 1e-6 || tables.includes(null)) {
    return others.length ? null : { epoch, onlyEpoch: true, shares: moves.shares, logs: moves.logs };
  }
  let { skews, logs } = moves;
  let between = false;
  tables.forEach((table, i) => {
    const value = hand[others[i]];
    between ||= placeIn(table, value)[1] > 0;
    if (table.sets === "skews") skews = rowAt(table, value);
    else logs = rowAt(table, value, logsOf);
  });
  let made;
  return { epoch, skews, logs, between, onlyEpoch: !others.length,
    get shares() { return (made ??= sharesOver(logs, skews)); } };  // when a figure needs them
}

function banded(moves, rows, count) {
  const lines = Array.from({ length: count }, () => new Float64Array(rows.length));
  rows.forEach((row, e) => row.forEach((share, c) => { lines[moves.band[c]][e] += share; }));
  return lines;
}

const logarithms = (rows, least) => rows.map((row) => row.map((share) => Math.max(Math.log10(share), least)));

const withMarker = (figure, epoch) => {
  const [first, ...rest] = figure.layout.shapes ?? [];
  return first ? { ...figure.layout, shapes: [{ ...first, x0: epoch, x1: epoch }, ...rest] } : figure.layout;
};

// Chart id -> (Python's figure, moves, preview) -> the figure to show while the hand moves; null: it cannot follow.
const FOLLOW = {
  shares(figure, moves, now) {
    const layout = withMarker(figure, now.epoch);
    if (now.onlyEpoch) return { ...figure, layout };
    const lines = banded(moves, now.shares, figure.data.length);
    return { data: figure.data.map((trace, i) => ({ ...trace, y: lines[i] })), layout };
  },
  skew(figure, moves, now) {
    const layout = withMarker(figure, now.epoch);
    if (now.onlyEpoch) return { ...figure, layout };
    const [line, mark] = figure.data;
    const crossed = now.skews.findIndex((skew) => skew >= 1 - 1e-6);
    const [x, y, text] = crossed < 0 ? [[], [], []] : [[crossed], [now.skews[crossed]], [`1 in epoch ${crossed}`]];
    const textposition = crossed > now.skews.length / 3 ? "top left" : "bottom right";
    const [epoch, one] = layout.shapes;
    const shapes = [epoch, { ...one, visible: Math.max(...now.skews) >= 0.75 }];
    return { data: [{ ...line, y: now.skews }, { ...mark, x, y, text, textposition }], layout: { ...layout, shapes } };
  },
  map(figure, moves, now) {
    const layout = withMarker(figure, now.epoch);
    if (now.onlyEpoch) return { ...figure, layout };
    const trace = figure.data[0];
    const customdata = cellsOf(now.shares, trace.dx);
    return { data: [{ ...trace, z: logarithms(customdata, trace.zmin), customdata }], layout };
  },
  weights(figure, moves, now) {
    if (!now.shares) return null;
    const shares = now.shares[now.epoch];
    const weights = Float64Array.from(shares, (share, c) => (now.logs[c] > -Infinity ? share / Math.exp(now.logs[c]) : 0));
    const sum = weights.reduce((a, b) => a + b, 0);
    const both = [weights.map((weight) => weight / sum), shares];
    const along = figure.data[0].type === "bar" ? "x" : "y";
    return { ...figure, data: figure.data.map((trace, i) => ({ ...trace, [along]: both[i],
      ...(trace.text ? { text: Array.from(both[i], percent) } : {}) })) };
  },
  batches(figure, moves, now) {
    const drawn = moves.frames?.[now.epoch];
    if (now.onlyEpoch && drawn) return { ...figure, data: figure.data.map((trace, i) => ({ ...trace, y: drawn[i] })) };
    if (!now.shares) return null;
    const expected = banded(moves, [now.shares[now.epoch]], figure.data.length);
    const length = figure.length ??= (unpacked(figure.data[0].y)).length;
    return { ...figure, expected: true,
      data: figure.data.map((trace, i) => ({ ...trace, y: new Float32Array(length).fill(moves.batch * expected[i][0]) })) };
  },
};
