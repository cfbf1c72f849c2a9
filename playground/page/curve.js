// What has happened so far: V with its terms, JSD with its bound, and what D says, over the iterations.

import { legend, line, scale, segment, stroke, tickText, ticks, width, write } from './chart.js';
import { t } from './words.js';

const most = 600; // moments kept; past them half of them go, evenly

export class History {
  constructor() {
    this.clear();
  }

  clear() {
    this.moments = [];
    this.apart = 1; // iterations from one moment to the next, at least; the last is always there
  }

  // add notes a moment. What came after the last iteration that the game can reach has not happened.
  add(view, d, g) {
    const all = this.moments;
    while (all.length && all.at(-1).step > view.furthest) {
      all.pop();
      this.apart = Math.max(1, (2 * view.furthest) / most);
    }
    const moment = {
      step: view.step,
      v: view.v ?? NaN,
      real: view.real_term ?? NaN,
      fake: view.fake_term ?? NaN,
      jsd: view.jsd,
      bound: view.bound ?? NaN,
      dReal: view.d_real,
      dFake: view.d_fake,
      dLoss: d?.player ? d.loss : NaN,
      gLoss: g?.player ? (g.player === 'both' ? g.g_loss : g.loss) : NaN,
    };
    const last = all.at(-1);
    if (last?.step === moment.step) {
      Object.assign(moment, { dLoss: moment.dLoss || last.dLoss, gLoss: moment.gLoss || last.gLoss });
      all[all.length - 1] = moment;
    } else if (last && moment.step < last.step) return;
    else if (all.length > 1 && moment.step - all.at(-2).step < this.apart) all[all.length - 1] = moment;
    else all.push(moment);
    if (all.length > most) this.thin();
  }

  // thin keeps half of the moments, the first and the last among them.
  thin() {
    const all = this.moments;
    this.apart = (2 * (all.at(-1).step - all[0].step)) / most;
    let next = -Infinity;
    this.moments = all.filter(({ step }, i) => {
      if (step < next && i < all.length - 1) return false;
      next = step + this.apart;
      return true;
    });
  }
}

const log4 = Math.log(4);

// charts are what to draw, each {title, lines, lo, hi, levels}.
function charts(game, moments, c) {
  const real = { key: 'real', text: t('curve.real'), colour: c.ink, dash: [1.5, 2.5], thick: 1.6 };
  const fake = { key: 'fake', text: t('curve.fake'), colour: c.green, thick: 1.4 };
  const first =
    game.answer === 'probability'
      ? {
          title: t('chart.v'),
          levels: [
            [0, '0'],
            [-log4, '−log 4'],
          ],
          ...range(moments, ['v', 'real', 'fake'], -log4 * 1.5, 0.15, -5),
          lines: [{ key: 'v', text: t('curve.v'), colour: c.blue, thick: 2 }, real, fake],
        }
      : {
          title: t('chart.loss'),
          ...range(moments, ['dLoss', 'gLoss'], -0.1, 1, -1e9),
          lines: [
            { key: 'dLoss', text: t('curve.dloss'), colour: c.blue, thick: 1.6 },
            { key: 'gLoss', text: t('curve.gloss'), colour: c.green, thick: 1.6 },
          ],
        };
  const jsd = {
    title: t(game.answer === 'probability' ? 'chart.jsd' : 'curve.jsd'),
    levels: [
      [0, '0'],
      [Math.LN2, 'log 2'],
    ],
    ...range(moments, ['bound'], -0.02, 0.72, -0.3),
    lines: [{ key: 'jsd', text: t('curve.jsd'), colour: c.vermillion, thick: 1.8 }],
  };
  if (game.answer === 'probability')
    jsd.lines.push({ key: 'bound', text: t('curve.bound'), colour: c.blue, dash: [6, 3], thick: 1.5 });
  const score = game.answer === 'score';
  const scores = {
    title: t('chart.score'),
    levels: score
      ? undefined
      : [
          [0, '0'],
          [0.5, '½'],
          [1, '1'],
        ],
    ...(score ? range(moments, ['dReal', 'dFake'], -1, 1, -1e9) : { lo: -0.04, hi: 1.04 }),
    lines: [
      { key: 'dReal', text: t('curve.dreal'), colour: c.ink, dash: [1.5, 2.5], thick: 1.6 },
      { key: 'dFake', text: t('curve.dfake'), colour: c.green, thick: 1.6 },
    ],
  };
  return [first, jsd, scores];
}

// range holds what is there, and lo to hi at least; nothing below the floor.
function range(moments, keys, lo, hi, floor) {
  for (const m of moments) {
    for (const key of keys) {
      if (m[key] < lo) lo = m[key];
      if (m[key] > hi) hi = m[key];
    }
  }
  const room = (hi - lo) * 0.04;
  return { lo: Math.max(floor, lo) - room, hi: hi + room };
}

// drawCurve draws the charts side by side, or below each other where it is narrow.
export function drawCurve(ctx, w, h, game, c) {
  const { moments } = game.history;
  const all = charts(game, moments, c);
  const columns = w < 430 ? 1 : 3;
  const wide = w / columns,
    high = h / (3 / columns);
  const end = Math.max(50, game.view.furthest, moments.at(-1)?.step ?? 0);
  all.forEach((chart, i) => {
    ctx.save();
    ctx.translate((i % columns) * wide, Math.floor(i / columns) * high);
    drawChart(ctx, wide, high, chart, moments, end, game.view.step, c);
    ctx.restore();
  });
}

function drawChart(ctx, w, h, chart, moments, end, now, c) {
  write(ctx, chart.title, 2, 9, 12, c.ink);
  const entries = chart.lines.map((l) => ({
    text: l.text,
    draw: (at, x, y) => {
      stroke(at, l.colour, l.thick, l.dash);
      segment(at, x, y, x + 20, y);
    },
  }));
  const top = 20 + legend(ctx, entries, 2, 20, w - 8, 10.5, c.ink) + 6;
  const place = { left: 38, right: w - 12, top, bottom: h - 18 };
  const x = scale(0, end, place.left, place.right),
    y = scale(chart.lo, chart.hi, place.bottom, place.top);
  let last = Infinity; // where there is no room for another name, there is none
  for (const [level, name] of chart.levels ?? ticks(chart.lo, chart.hi, 3).map((v) => [v, tickText(v)])) {
    stroke(ctx, c.faint, 1);
    segment(ctx, place.left, y(level), place.right, y(level));
    if (Math.abs(y(level) - last) < 11) continue;
    last = y(level);
    write(ctx, name, place.left - 4, last, 10, c.faded, 1);
  }
  stroke(ctx, c.faded, 1);
  segment(ctx, place.left, place.bottom, place.right, place.bottom);
  let free = 0;
  for (const v of ticks(0, end, 3)) {
    segment(ctx, x(v), place.bottom, x(v), place.bottom + 3);
    const half = width(ctx, tickText(v), 10) / 2;
    if (x(v) - half < free || x(v) + half > w) continue;
    free = x(v) + half + 6;
    write(ctx, tickText(v), x(v), place.bottom + 10, 10, c.faded, 0.5);
  }
  ctx.save();
  ctx.beginPath();
  ctx.rect(place.left, place.top - 2, place.right - place.left + 1, place.bottom - place.top + 2);
  ctx.clip();
  for (const l of chart.lines) {
    stroke(ctx, l.colour, l.thick, l.dash);
    line(
      ctx,
      moments.length,
      (i) => x(moments[i].step),
      (i) => y(moments[i][l.key]),
    );
  }
  ctx.restore();
  stroke(ctx, c.faded, 1);
  if (now < moments.at(-1)?.step) segment(ctx, x(now), place.top, x(now), place.bottom);
}
