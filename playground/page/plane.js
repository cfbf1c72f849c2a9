// A game in the plane: D as a heat map, with the data, the samples, G's grid, and where the samples are pulled.

import { arrow, scale, segment, stroke, tickText, ticks, width, write } from './chart.js';
import { diverging } from './colours.js';
import { pull, pullEntry } from './figure1.js';
import { t } from './words.js';

const margin = { left: 28, right: 6, top: 24, bottom: 22 };

// level is what D says where it cannot tell.
const level = (game) => (game.answer === 'score' ? 0 : 0.5);

// entries are the legend's, of what is shown.
export function entries(game, show, c) {
  const dot = (colour, halo) => (ctx, x, y) => ctx.drawImage(sprite(colour, halo, 5), x + 7, y - 6, 12, 12);
  const lined = (colour, thick, dash) => (ctx, x, y) => {
    stroke(ctx, colour, thick, dash);
    segment(ctx, x, y, x + 20, y);
  };
  const all = [];
  if (show.data) all.push({ text: t('legend.x'), draw: dot(c.ink, c.paper) });
  if (show.samples) all.push({ text: t('legend.gz'), draw: dot(c.green, c.paper) });
  all.push({ text: t('legend.half', { level: game.answer === 'score' ? '0' : '½' }), draw: lined(c.ink, 1.2) });
  if (show.warp && game.board.lattice > 0) all.push({ text: t('legend.warp'), draw: lined(c.green, 1) });
  if (show.arrows) all.push(pullEntry(c));
  if (game.batch)
    all.push({
      text: t('legend.batch'),
      draw: (ctx, x, y) => ctx.drawImage(sprite(c.green, c.paper, 5), x + 3, y - 9, 18, 18),
    });
  return all;
}

// drawPlane draws D, or D* if best, into a square.
export function drawPlane(ctx, size, game, show, c, best = false) {
  const { board, arrays } = game;
  const place = { left: margin.left, right: size - margin.right, top: margin.top, bottom: size - margin.bottom };
  const x = scale(board.lo, board.hi, place.left, place.right);
  const y = scale(board.lo_y, board.hi_y, place.bottom, place.top);
  const values = best ? arrays.d_star : arrays.d;
  heat(ctx, values, game, best, place, c);
  ctx.save();
  ctx.beginPath();
  ctx.rect(place.left, place.top, place.right - place.left, place.bottom - place.top);
  ctx.clip();
  stroke(ctx, c.ink, 1.1);
  ctx.globalAlpha = 0.75;
  contour(ctx, values, board, level(game), x, y, best && felt(arrays));
  ctx.globalAlpha = 1;
  if (show.warp && !best && board.lattice > 0) grid(ctx, arrays.warp, board.lattice, x, y, c);
  stamp(ctx, arrays, show, size, x, y, c);
  if (show.arrows && !best) pulls(ctx, arrays, x, y, c);
  if (game.batch && !best) minibatch(ctx, game.batch, x, y, c);
  if (game.batch?.z && !best && board.lattice > 0) noise(ctx, game, place, c);
  ctx.restore();
  frame(ctx, board, place, x, y, c);
  heading(ctx, game, best, place, c);
}

let cellsCanvas;

// heat draws the cells as one small image, scaled up.
function heat(ctx, values, game, best, place, c) {
  const n = game.board.cells,
    colours = diverging(c);
  if (!cellsCanvas || cellsCanvas.canvas.width !== n) {
    const canvas = document.createElement('canvas');
    canvas.width = canvas.height = n;
    const context = canvas.getContext('2d', { willReadFrequently: true });
    const image = context.createImageData(n, n);
    cellsCanvas = { canvas, context, image, words: new Uint32Array(image.data.buffer) };
  }
  const score = game.answer === 'score' && !best;
  const by = score ? 127.5 / game.reach : 255,
    base = score ? 127.5 : 0;
  for (let row = 0; row < n; row++) {
    const to = (n - 1 - row) * n;
    for (let i = 0; i < n; i++) {
      const v = base + by * values[row * n + i];
      cellsCanvas.words[to + i] = colours[v > 255 ? 255 : v > 0 ? v | 0 : 0];
    }
  }
  cellsCanvas.context.putImageData(cellsCanvas.image, 0, 0);
  ctx.drawImage(cellsCanvas.canvas, place.left, place.top, place.right - place.left, place.bottom - place.top);
}

// felt reports whether some density is felt in a cell. Elsewhere D* is 1/2, on no side of it.
function felt({ p_data, p_g }) {
  let peak = 0;
  for (const p of p_data) if (p > peak) peak = p;
  return (i) => p_data[i] + p_g[i] >= peak / 1000;
}

// contour draws where the cells' values pass a level, by marching squares: where they say something.
function contour(ctx, values, board, at, x, y, says) {
  const n = board.cells;
  const px = (i) => x(board.lo + ((board.hi - board.lo) * (i + 0.5)) / n);
  const py = (j) => y(board.lo_y + ((board.hi_y - board.lo_y) * (j + 0.5)) / n);
  ctx.beginPath();
  for (let j = 0; j + 1 < n; j++) {
    for (let i = 0; i + 1 < n; i++) {
      const a = values[j * n + i] - at,
        b = values[j * n + i + 1] - at;
      const d = values[(j + 1) * n + i] - at,
        e = values[(j + 1) * n + i + 1] - at;
      if (a > 0 === b > 0 && a > 0 === d > 0 && a > 0 === e > 0) continue;
      if (says && ![0, 1, n, n + 1].every((corner) => says(j * n + i + corner))) continue;
      let drawn = 0;
      const point = (u, v) => {
        if (drawn++ % 2) ctx.lineTo(px(u), py(v));
        else ctx.moveTo(px(u), py(v));
      };
      if (a > 0 !== b > 0) point(i + a / (a - b), j);
      if (b > 0 !== e > 0) point(i + 1, j + b / (b - e));
      if (d > 0 !== e > 0) point(i + d / (d - e), j + 1);
      if (a > 0 !== d > 0) point(i, j + a / (a - d));
    }
  }
  ctx.stroke();
}

// grid draws where G sends the lines of a grid in z.
function grid(ctx, warp, n, x, y, c) {
  stroke(ctx, c.green, 0.9);
  ctx.globalAlpha = 0.65;
  ctx.beginPath();
  for (const [along, across] of [
    [1, n],
    [n, 1],
  ]) {
    for (let a = 0; a < n; a++) {
      for (let b = 0; b < n; b++) {
        const i = 2 * (a * across + b * along);
        if (b === 0) ctx.moveTo(x(warp[i]), y(warp[i + 1]));
        else ctx.lineTo(x(warp[i]), y(warp[i + 1]));
      }
    }
  }
  ctx.stroke();
  ctx.globalAlpha = 1;
}

const sprites = new Map();

// sprite is a dot with a halo, drawn once, at four times its size.
function sprite(colour, halo, radius) {
  const key = `${colour}${halo}${radius}`;
  let canvas = sprites.get(key);
  if (canvas) return canvas;
  canvas = document.createElement('canvas');
  canvas.width = canvas.height = Math.ceil(8 * (radius + 1));
  disc(canvas.getContext('2d'), canvas.width / 2, 4 * radius, 2.4, colour, halo);
  canvas.shown = canvas.width / 4;
  sprites.set(key, canvas);
  return canvas;
}

let layer;

// stamp draws the data and the samples by a layer that serves both maps and is drawn anew only for others.
function stamp(ctx, { data, samples }, show, size, x, y, c) {
  const ratio = ctx.getTransform().a,
    key = `${size} ${ratio} ${c.ink} ${show.data} ${show.samples}`;
  layer ??= { ctx: document.createElement('canvas').getContext('2d', { willReadFrequently: true }) };
  const { canvas } = layer.ctx;
  if (layer.data !== data || layer.samples !== samples || layer.key !== key) {
    Object.assign(layer, { data, samples, key });
    const wide = Math.ceil(size * ratio);
    if (canvas.width !== wide) canvas.width = canvas.height = wide;
    else layer.ctx.clearRect(0, 0, wide, wide);
    const dot = (colour, radius) => pixelDot({ colour, halo: c.paper, radius }, ratio);
    if (show.data) stampAll(layer.ctx, data, ratio, x, y, dot(c.ink, 1.5));
    if (show.samples) stampAll(layer.ctx, samples, ratio, x, y, dot(c.green, 1.8));
  }
  ctx.drawImage(canvas, 0, 0, canvas.width / ratio, canvas.height / ratio);
}

// stampAll draws a dot at each point, on whole pixels: nothing is resampled.
function stampAll(ctx, points, ratio, x, y, dot) {
  const half = dot.width / 2;
  for (let i = 0; i < points.length; i += 2) {
    ctx.drawImage(dot, Math.round(x(points[i]) * ratio - half), Math.round(y(points[i + 1]) * ratio - half));
  }
}

// pixelDot is a dot with a halo in the pixels of the screen.
function pixelDot({ colour, halo, radius }, ratio) {
  const key = `${colour}${halo}${radius}@${ratio}`;
  let canvas = sprites.get(key);
  if (canvas) return canvas;
  canvas = document.createElement('canvas');
  canvas.width = canvas.height = 2 * Math.ceil((radius + 0.8) * ratio) + 1;
  disc(
    canvas.getContext('2d', { willReadFrequently: true }),
    canvas.width / 2,
    radius * ratio,
    0.6 * ratio,
    colour,
    halo,
  );
  sprites.set(key, canvas);
  return canvas;
}

// disc draws a dot with a halo.
function disc(ctx, middle, radius, rim, colour, halo) {
  for (const [shade, r] of [
    [halo, radius + rim],
    [colour, radius],
  ]) {
    ctx.fillStyle = shade;
    ctx.beginPath();
    ctx.arc(middle, middle, r, 0, 2 * Math.PI);
    ctx.fill();
  }
}

function dots(ctx, points, x, y, dot, most) {
  const size = dot.shown,
    half = size / 2;
  for (let i = 0; i < Math.min(points.length, 2 * most); i += 2)
    ctx.drawImage(dot, x(points[i]) - half, y(points[i + 1]) - half, size, size);
}

// pulls draws where the first samples are pulled.
function pulls(ctx, arrays, x, y, c) {
  const { samples, slopes } = arrays;
  stroke(ctx, c.vermillion, 1.3);
  ctx.beginPath();
  for (let i = 0; i < slopes.length; i += 2) {
    const size = Math.hypot(slopes[i], slopes[i + 1]);
    if (!(size > 0)) continue;
    const length = pull(size, 30),
      u = x(samples[i]),
      v = y(samples[i + 1]);
    arrow(ctx, u, v, u + (length * slopes[i]) / size, v - (length * slopes[i + 1]) / size, 5);
  }
  ctx.stroke();
}

// minibatch shows the examples and samples of this step, larger.
function minibatch(ctx, batch, x, y, c) {
  if (batch.x) dots(ctx, batch.x, x, y, sprite(c.ink, c.paper, 3.2), 400);
  if (batch.gz) dots(ctx, batch.gz, x, y, sprite(c.green, c.paper, 3.2), 400);
}

// noise shows the z of this step's samples in a corner, in their own plane, with the grid that G warps.
function noise(ctx, { board, arrays, batch }, place, c) {
  const most = Math.abs(arrays.z[0]) || 1,
    side = 66,
    left = place.left + 6,
    bottom = place.bottom - 6;
  const x = scale(-1.3 * most, 1.3 * most, left, left + side);
  const y = scale(-1.3 * most, 1.3 * most, bottom, bottom - side);
  ctx.fillStyle = c.paper;
  ctx.fillRect(left, bottom - side, side, side);
  ctx.save();
  ctx.beginPath();
  ctx.rect(left, bottom - side, side, side);
  ctx.clip();
  grid(ctx, arrays.z, board.lattice, x, y, c);
  dots(ctx, batch.z, x, y, sprite(c.green, c.paper, 1.8), 400);
  ctx.restore();
  stroke(ctx, c.faded, 1);
  ctx.strokeRect(left, bottom - side, side, side);
  write(ctx, '*z*', left + 4, bottom - side + 9, 13, c.ink);
}

function frame(ctx, board, place, x, y, c) {
  stroke(ctx, c.faint, 1);
  ctx.strokeRect(place.left, place.top, place.right - place.left, place.bottom - place.top);
  for (const v of ticks(board.lo, board.hi, 4)) write(ctx, tickText(v), x(v), place.bottom + 11, 10.5, c.faded, 0.5);
  for (const v of ticks(board.lo_y, board.hi_y, 4)) write(ctx, tickText(v), place.left - 5, y(v), 10.5, c.faded, 1);
}

const strips = new Map();

// strip is the scale from fake to real.
function strip(c) {
  let canvas = strips.get(c);
  if (canvas) return canvas;
  canvas = document.createElement('canvas');
  canvas.width = 256;
  canvas.height = 1;
  const ctx = canvas.getContext('2d'),
    image = ctx.createImageData(256, 1);
  new Uint32Array(image.data.buffer).set(diverging(c));
  ctx.putImageData(image, 0, 0);
  strips.set(c, canvas);
  return canvas;
}

// heading names the map, and shows its scale.
function heading(ctx, game, best, place, c) {
  const middle = place.top / 2 - 1;
  const name = t(best ? 'map.best' : 'map.d');
  write(ctx, name, place.left, middle, 13, c.ink);
  const bar = 62,
    right = place.right - width(ctx, t('real'), 10.5) - 4;
  if (place.left + width(ctx, name, 13) > right - bar - width(ctx, t('fake'), 10.5) - 12) return; // no room for the scale
  ctx.drawImage(strip(c), right - bar, middle - 4, bar, 8);
  write(ctx, t('real'), right + 4, middle, 10.5, c.faded);
  write(ctx, t('fake'), right - bar - 4, middle, 10.5, c.faded, 1);
}
