// A game on the line, as Figure 1 of the paper has it: densities and D above, the arrows from z to x below.

import { arrow, line, scale, segment, stroke, tickText, ticks, write } from './chart.js';
import { number, t } from './words.js';

const style = {
  data: (ctx, c) => stroke(ctx, c.ink, 2.2, [2, 3]),
  pg: (ctx, c) => stroke(ctx, c.green, 2.2),
  d: (ctx, c) => stroke(ctx, c.blue, 2.2, [8, 4]),
  best: (ctx, c) => stroke(ctx, c.vermillion, 1.2),
};

// entries are the legend's, of what is shown.
export function entries(game, show, c) {
  const sample = (of) => (ctx, x, y) => {
    of(ctx, c);
    segment(ctx, x, y, x + 20, y);
  };
  const all = [
    { text: t('legend.data'), draw: sample(style.data) },
    { text: t('legend.pg'), draw: sample(style.pg) },
    { text: t(`legend.d.${game.answer}`), draw: sample(style.d) },
  ];
  if (game.answer !== 'score') all.push({ text: t('legend.best'), draw: sample(style.best) });
  if (show.arrows) all.push(pullEntry(c));
  if (game.batch) {
    all.push({
      text: t('legend.batch'),
      draw: (ctx, x, y) => {
        ctx.fillStyle = c.green;
        for (const at of [3, 9, 12, 18]) ctx.fillRect(x + at, y - 5, 1.2, 10);
      },
    });
  }
  return all;
}

// pullEntry is the legend's entry of the arrows at the samples, on the line and in the plane.
export const pullEntry = (c) => ({
  text: t('legend.pull'),
  draw: (ctx, x, y) => {
    stroke(ctx, c.vermillion, 1.5);
    ctx.beginPath();
    arrow(ctx, x, y, x + 18, y, 5);
    ctx.stroke();
  },
});

// drawFigure1 draws a game into w x h.
export function drawFigure1(ctx, w, h, game, show, c) {
  const { board } = game;
  const arrows = show.warp && board.lattice > 0;
  const place = { left: 34, right: w - 34, top: 12, bottom: h - (arrows ? 104 : 28) };
  const x = scale(board.lo, board.hi, place.left, place.right);
  const top = highest(game);
  const y = scale(0, top, place.bottom, place.top);
  const toD = answerScale(game, place, y);
  axes(ctx, game, place, x, y, toD, c);
  ctx.save();
  ctx.beginPath();
  ctx.rect(place.left, place.top - 2, place.right - place.left, place.bottom - place.top + 4);
  ctx.clip();
  curves(ctx, game, show, x, y, toD, c);
  if (show.arrows) pulls(ctx, game, x, y, c);
  ctx.restore();
  if (show.samples) cut(ctx, game, place, x, top, c);
  if (game.batch) minibatch(ctx, game, x, toD, place, c);
  if (arrows) fromNoise(ctx, game, x, place, h, c);
}

// highest is the top of the axis of densities, which does not depend on G.
function highest({ arrays }) {
  let peak = 0;
  for (const v of arrays.p_data) peak = Math.max(peak, v);
  return 1.04 * Math.max(1, 1.25 * peak);
}

// apart reports whether D has a scale of its own: a score has, and so has D beside a density that would flatten it.
const apart = (game) => game.answer === 'score' || highest(game) > 2;

function answerScale(game, place, y) {
  if (!apart(game)) return y;
  const [lo, hi] = game.answer === 'score' ? [-game.reach, game.reach] : [0, 1.04];
  return scale(lo, hi, place.bottom, place.top);
}

function axes(ctx, game, place, x, y, toD, c) {
  const score = game.answer === 'score';
  stroke(ctx, c.faint, 1);
  for (const level of score ? [0] : [0.5, 1]) segment(ctx, place.left, toD(level), place.right, toD(level));
  const levels = score
    ? [-game.reach, 0, game.reach].map((v) => [v, tickText(Number(v.toPrecision(2)))])
    : [
        [0, '0'],
        [0.5, '½'],
        [1, '1'],
      ];
  for (const [level, name] of levels)
    write(ctx, name, place.left - 6, toD(level), 11, apart(game) ? c.blue : c.faded, 1);
  if (apart(game))
    for (const v of ticks(0, highest(game), 4)) write(ctx, tickText(v), place.right + 5, y(v), 11, c.faded);
  stroke(ctx, c.faded, 1);
  segment(ctx, place.left, place.bottom, place.right, place.bottom);
  for (const v of ticks(game.board.lo, game.board.hi, 6)) {
    segment(ctx, x(v), place.bottom, x(v), place.bottom + 4);
    write(ctx, tickText(v), x(v), place.bottom + 13, 11, c.faded, 0.5);
  }
}

function curves(ctx, game, show, x, y, toD, c) {
  const { board, arrays } = game;
  const step = (board.hi - board.lo) / board.cells;
  const at = (i) => x(board.lo + (i + 0.5) * step);
  const draw = (values, to) => line(ctx, board.cells, at, (i) => to(values[i]));
  if (show.samples) {
    shade(ctx, arrays.p_g, at, y, c.green);
    style.pg(ctx, c);
    draw(arrays.p_g, y);
  }
  if (show.data) {
    style.data(ctx, c);
    draw(arrays.p_data, y);
  }
  style.d(ctx, c);
  draw(arrays.d, toD);
  if (game.answer !== 'score') {
    style.best(ctx, c);
    draw(arrays.d_star, toD);
  }
  ctx.setLineDash([]);
}

// cut marks where the peak of p_g is higher than the picture, and says how high.
function cut(ctx, { board, arrays: { p_g } }, place, x, top, c) {
  let peak = 0;
  for (let i = 1; i < p_g.length; i++) if (p_g[i] > p_g[peak]) peak = i;
  if (p_g[peak] <= top) return;
  const at = x(board.lo + ((board.hi - board.lo) * (peak + 0.5)) / board.cells);
  ctx.fillStyle = c.green;
  ctx.beginPath();
  ctx.moveTo(at, place.top - 9);
  ctx.lineTo(at - 5, place.top - 2);
  ctx.lineTo(at + 5, place.top - 2);
  ctx.fill();
  const right = at > place.right - 40;
  write(ctx, number(p_g[peak], 1), at + (right ? -8 : 8), place.top - 5, 10.5, c.green, right ? 1 : 0);
}

// shade fills below a curve, lightly.
function shade(ctx, values, at, y, colour) {
  ctx.globalAlpha = 0.1;
  ctx.fillStyle = colour;
  ctx.beginPath();
  ctx.moveTo(at(0), y(0));
  for (let i = 0; i < values.length; i++) ctx.lineTo(at(i), y(values[i]));
  ctx.lineTo(at(values.length - 1), y(0));
  ctx.fill();
  ctx.globalAlpha = 1;
}

// pulls draws where the first samples are pulled, on the curve of p_g.
function pulls(ctx, game, x, y, c) {
  const { board, arrays } = game;
  stroke(ctx, c.vermillion, 1.4);
  ctx.beginPath();
  for (let i = 0; i < arrays.slopes.length; i += 2) {
    const v = arrays.samples[i],
      cell = Math.floor(((v - board.lo) / (board.hi - board.lo)) * board.cells);
    if (!(cell >= 0 && cell < board.cells)) continue;
    const height = y(arrays.p_g[cell]) - 4;
    arrow(ctx, x(v), height, x(v) + pull(arrays.slopes[i], 34), height, 5);
  }
  ctx.stroke();
}

// pull is the length of an arrow for a slope: next to nothing for next to nothing, never more than the most.
export const pull = (slope, most) => (slope / (1 + Math.abs(slope))) * most;

// minibatch shows the examples and samples of the step on the axis, and what D says of each.
function minibatch(ctx, game, x, toD, place, c) {
  const { board, arrays, batch } = game;
  const said = (v) => {
    const i = Math.min(
      board.cells - 1,
      Math.max(0, Math.floor(((v - board.lo) / (board.hi - board.lo)) * board.cells)),
    );
    return arrays.d[i];
  };
  const inside = (v) => v >= board.lo && v <= board.hi;
  for (const [values, colour, up] of [
    [batch.gz, c.green, 7],
    [batch.x, c.ink, -9],
  ]) {
    if (!values) continue;
    stroke(ctx, colour, 1);
    ctx.globalAlpha = 0.55;
    ctx.fillStyle = colour;
    ctx.beginPath();
    for (const v of values) {
      if (!inside(v)) continue;
      ctx.moveTo(x(v), place.bottom);
      ctx.lineTo(x(v), place.bottom + up);
    }
    ctx.stroke();
    for (const v of values) if (inside(v)) ctx.fillRect(x(v) - 2, toD(said(v)) - 2, 4, 4);
    ctx.globalAlpha = 1;
  }
}

// fromNoise draws the line of z, the line of x above it, and an arrow from each z to its G(z): from places that stay the
// same or, where a minibatch is shown, from its noise.
function fromNoise(ctx, game, x, place, h, c) {
  const { z, warp } = game.arrays;
  const low = h - 22,
    high = place.bottom + 30;
  const most = Math.abs(z[0]) || 1;
  const fromZ = scale(-most, most, place.left + 10, place.right - 10);
  const drawn = game.batch?.z,
    [from, to] = drawn ? [drawn, game.batch.gz] : [z, warp];
  ctx.save();
  ctx.beginPath();
  ctx.rect(place.left, high - 1, place.right - place.left, low - high + 2);
  ctx.clip();
  stroke(ctx, drawn ? c.green : c.faded, 0.8);
  ctx.beginPath();
  for (let i = 0; i < to.length; i++)
    if (Number.isFinite(to[i])) arrow(ctx, fromZ(from[i]), low, x(to[i]), high + 1, 5);
  ctx.stroke();
  ctx.restore();
  stroke(ctx, c.faded, 1);
  for (const [name, at] of [
    ['*z*', low],
    ['*x*', high],
  ]) {
    segment(ctx, place.left, at, place.right, at);
    write(ctx, name, place.left - 8, at, 13, c.ink, 1);
  }
  for (const v of ticks(-most, most, 4)) {
    segment(ctx, fromZ(v), low, fromZ(v), low + 4);
    write(ctx, tickText(v), fromZ(v), low + 13, 11, c.faded, 0.5);
  }
}
