// p_data drawn by hand: a density on the line, dots in the plane.

import { fit, scale, segment, stroke, tickText, ticks, write as label } from './chart.js';
import { colours } from './colours.js';
import { firstScene } from './scenes.js';
import { number, plain, t, write } from './words.js';

const bins = 40,
  reach1 = 3,
  reach2 = 1.5,
  mostDots = 400,
  apart = 0.06;

export class Pad {
  // use hears the cloud, once it is finished; close, that there is none.
  constructor(use, close, say) {
    this.section = document.getElementById('drawing');
    this.canvas = document.getElementById('pad');
    this.use = use;
    this.say = say;
    document.getElementById('pad-use').addEventListener('click', () => this.finish());
    document.getElementById('pad-clear').addEventListener('click', () => this.clear());
    document.getElementById('pad-close').addEventListener('click', close);
    this.canvas.addEventListener('pointerdown', (event) => this.down(event));
    this.canvas.addEventListener('pointermove', (event) => this.move(event));
    for (const end of ['pointerup', 'pointercancel'])
      this.canvas.addEventListener(end, () => {
        this.last = null;
      });
    this.canvas.addEventListener('keydown', (event) => this.key(event));
  }

  // open shows what a cloud looks like: what was drawn, to be drawn on, or an example, which the first stroke replaces.
  open(cloud, dim) {
    this.dim = dim;
    const { data } = firstScene(`drawn-${dim}d`);
    this.example = JSON.stringify(cloud.means) === JSON.stringify(data.cloud.means);
    this.cursor = dim === 1 ? [0, 0.5] : [0, 0];
    this.heights = new Float64Array(bins);
    this.dots = [];
    if (dim === 2) this.dots = cloud.means.map((m) => [...m]);
    else this.read(cloud);
    this.section.hidden = false;
    this.draw();
    this.canvas.focus();
  }

  close() {
    this.section.hidden = true;
  }

  // read takes the heights from a cloud on the line.
  read({ means, weights }) {
    means.forEach(([x], i) => {
      const bin = Math.floor(((x + reach1) / (2 * reach1)) * bins);
      if (bin >= 0 && bin < bins) this.heights[bin] += weights?.[i] ?? 1 / means.length;
    });
    const top = Math.max(...this.heights) || 1;
    this.heights = this.heights.map((h) => (0.8 * h) / top);
  }

  clear() {
    this.example = false;
    this.heights.fill(0);
    this.dots.length = 0;
    this.draw();
  }

  // begin clears an example for what is drawn.
  begin() {
    if (this.example) this.clear();
  }

  // cloud is what has been drawn, null where nothing has.
  cloud() {
    if (this.dim === 2) return this.dots.length ? { means: this.dots, std: 0.05 } : null;
    const sum = this.heights.reduce((a, b) => a + b, 0),
      wide = (2 * reach1) / bins;
    if (!(sum > 0)) return null;
    const means = [],
      weights = [];
    this.heights.forEach((h, i) => {
      if (h / sum < 1e-4) return;
      means.push([Number((-reach1 + wide * (i + 0.5)).toFixed(4))]);
      weights.push(h);
    });
    const kept = weights.reduce((a, b) => a + b, 0);
    return { means, weights: weights.map((w) => w / kept), std: wide };
  }

  finish() {
    const cloud = this.cloud();
    if (cloud) this.use(cloud, this.dim);
    else this.say('pad.empty');
  }

  // at is a pointer's place in the units of the data.
  at(event) {
    const box = this.canvas.getBoundingClientRect();
    return [this.place.x.back(event.clientX - box.left), this.place.y.back(event.clientY - box.top)];
  }

  down(event) {
    this.canvas.setPointerCapture(event.pointerId);
    this.last = null;
    this.mark(this.at(event));
    event.preventDefault();
  }

  move(event) {
    if (this.canvas.hasPointerCapture(event.pointerId)) this.mark(this.at(event));
  }

  // mark draws from the last point to here.
  mark(to) {
    this.begin();
    const from = this.last ?? to;
    if (this.dim === 1) this.raise(from, to);
    else this.dot(to);
    if (this.dim === 1 || !this.last) this.last = to;
    this.cursor = to;
    this.draw();
  }

  // raise sets the heights of the bins between two points.
  raise(from, to) {
    const bin = (x) => Math.min(bins - 1, Math.max(0, Math.floor(((x + reach1) / (2 * reach1)) * bins)));
    const [a, b] = [bin(from[0]), bin(to[0])],
      steps = Math.max(1, Math.abs(b - a));
    for (let s = 0; s <= steps; s++) {
      this.heights[Math.round(a + ((b - a) * s) / steps)] = Math.min(
        1,
        Math.max(0, from[1] + ((to[1] - from[1]) * s) / steps),
      );
    }
  }

  // dot puts dots along the stroke, evenly.
  dot(to) {
    if (!this.last) {
      this.add(to);
      return;
    }
    let [x, y] = this.last;
    for (let far = Math.hypot(to[0] - x, to[1] - y); far >= apart; far = Math.hypot(to[0] - x, to[1] - y)) {
      x += ((to[0] - x) / far) * apart;
      y += ((to[1] - y) / far) * apart;
      this.add([x, y]);
      this.last = [x, y];
    }
  }

  add([x, y]) {
    const inside = (v) => Math.min(reach2, Math.max(-reach2, Number(v.toFixed(3))));
    if (this.dots.length < mostDots) this.dots.push([inside(x), inside(y)]);
  }

  key(event) {
    const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
    if (!steps && event.key !== ' ') return;
    event.preventDefault();
    event.stopPropagation();
    const reach = this.dim === 1 ? reach1 : reach2;
    if (steps) {
      const [dx, dy] = this.dim === 1 ? [(2 * reach1) / bins, 0.05] : [0.1, 0.1];
      const inside = (v, lo, hi) => Math.min(hi, Math.max(lo, v));
      this.cursor = [
        inside(this.cursor[0] + dx * steps[0], -reach, reach),
        this.dim === 1
          ? inside(this.cursor[1] + dy * steps[1], 0, 1)
          : inside(this.cursor[1] + dy * steps[1], -reach, reach),
      ];
    } else {
      this.begin();
      if (this.dim === 1) this.raise(this.cursor, this.cursor);
      else this.add(this.cursor);
    }
    this.draw();
  }

  draw() {
    const c = colours(),
      line = this.dim === 1;
    const w = Math.min(this.section.clientWidth - 24, line ? 640 : 420),
      h = line ? 260 : w;
    const ctx = fit(this.canvas, w, h),
      reach = line ? reach1 : reach2;
    this.place = {
      x: both(-reach, reach, 34, w - 12),
      y: line ? both(0, 1, h - 24, 10) : both(-reach, reach, h - 24, 10),
    };
    this.axes(ctx, w, h, reach, c);
    if (line) this.drawHeights(ctx, c);
    else this.drawDots(ctx, c);
    this.drawCursor(ctx, c);
    this.describe();
  }

  axes(ctx, w, h, reach, c) {
    stroke(ctx, c.faint, 1);
    ctx.strokeRect(34, 10, w - 46, h - 34);
    for (const v of ticks(-reach, reach, 6)) {
      label(ctx, tickText(v), this.place.x(v), h - 12, 11, c.faded, 0.5);
      if (this.dim === 2) label(ctx, tickText(v), 29, this.place.y(v), 11, c.faded, 1);
    }
  }

  drawHeights(ctx, c) {
    const { x, y } = this.place,
      wide = (2 * reach1) / bins;
    ctx.fillStyle = c.ink;
    const shade = this.example ? 0.35 : 1;
    this.heights.forEach((v, i) => {
      const left = x(-reach1 + i * wide);
      ctx.globalAlpha = 0.22 * shade;
      ctx.fillRect(left, y(v), x(-reach1 + (i + 1) * wide) - left - 1, y(0) - y(v));
      ctx.globalAlpha = shade;
      ctx.fillRect(left, y(v) - 1, x(-reach1 + (i + 1) * wide) - left - 1, 2);
    });
    ctx.globalAlpha = 1;
  }

  drawDots(ctx, c) {
    ctx.fillStyle = c.ink;
    ctx.globalAlpha = this.example ? 0.35 : 1;
    ctx.beginPath();
    for (const [u, v] of this.dots) {
      ctx.moveTo(this.place.x(u) + 3, this.place.y(v));
      ctx.arc(this.place.x(u), this.place.y(v), 3, 0, 2 * Math.PI);
    }
    ctx.fill();
    ctx.globalAlpha = 1;
  }

  drawCursor(ctx, c) {
    const u = this.place.x(this.cursor[0]),
      v = this.place.y(this.cursor[1]);
    stroke(ctx, c.vermillion, 1.5);
    segment(ctx, u - 8, v, u + 8, v);
    segment(ctx, u, v - 8, u, v + 8);
  }

  describe() {
    const values = { x: number(this.cursor[0], 2), y: number(this.cursor[1], 2), n: this.dots.length };
    this.canvas.setAttribute('aria-label', t(`pad.says.${this.dim}`, values));
    write(document.getElementById('pad-help'), `${plain(t(`pad.help.${this.dim}`))} ${t('pad.keys')}`);
  }
}

// both maps a range to pixels, and back.
function both(lo, hi, from, to) {
  const map = scale(lo, hi, from, to);
  map.back = scale(from, to, lo, hi);
  return map;
}
