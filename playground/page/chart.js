// What all drawings share: text with symbols, axes, lines, legends.

import { parse, short } from './words.js';

const sans = 'system-ui, "Segoe UI", "Noto Sans KR", "Apple SD Gothic Neo", NanumGothic, sans-serif';
const serif = '"STIX Two Text", "Cambria", Georgia, "DejaVu Serif", serif';

const fonts = {
  plain: (size) => `${size}px ${sans}`,
  symbol: (size) => `italic ${size * 1.06}px ${serif}`,
  below: (size) => `${size * 0.74}px ${serif}`,
  above: (size) => `${size * 0.74}px ${serif}`,
};
const shift = { plain: 0, symbol: 0, below: 0.22, above: -0.38 };
const widths = new Map();

// width is that of a text with symbols.
export function width(ctx, text, size) {
  const key = `${size}|${text}`;
  let sum = widths.get(key);
  if (sum !== undefined) return sum;
  sum = 0;
  for (const [kind, s] of parse(text)) {
    ctx.font = fonts[kind](size);
    sum += ctx.measureText(s).width;
  }
  if (widths.size > 3000) widths.clear();
  widths.set(key, sum);
  return sum;
}

// write draws a text with symbols, its middle at y; align is 0 for left, .5 for centre, 1 for right.
export function write(ctx, text, x, y, size, colour, align = 0) {
  if (align) x -= align * width(ctx, text, size);
  ctx.fillStyle = colour;
  ctx.textAlign = 'left';
  ctx.textBaseline = 'middle';
  for (const [kind, s] of parse(text)) {
    ctx.font = fonts[kind](size);
    ctx.fillText(s, x, y + shift[kind] * size);
    x += ctx.measureText(s).width;
  }
}

// scale maps a range to a stretch of the canvas.
export const scale = (lo, hi, from, to) => (v) => from + ((v - lo) / (hi - lo)) * (to - from);

// ticks are round numbers within a range, about so many.
export function ticks(lo, hi, about = 5) {
  const rough = (hi - lo) / about;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].find((s) => s * power >= rough) * power;
  const all = [];
  for (let i = Math.ceil(lo / step); i * step <= hi + step * 1e-9; i++) all.push(Number((i * step).toPrecision(12)));
  return all;
}

export const tickText = (v) => short(v, 12);

// stroke sets how lines are drawn.
export function stroke(ctx, colour, thick, dash = []) {
  ctx.strokeStyle = colour;
  ctx.lineWidth = thick;
  ctx.setLineDash(dash);
}

// segment draws one straight line.
export function segment(ctx, x0, y0, x1, y1) {
  ctx.beginPath();
  ctx.moveTo(x0, y0);
  ctx.lineTo(x1, y1);
  ctx.stroke();
}

// line draws n values; a value that is not finite leaves a gap.
export function line(ctx, n, x, y) {
  ctx.beginPath();
  let gap = true;
  for (let i = 0; i < n; i++) {
    const v = y(i);
    if (!Number.isFinite(v)) {
      gap = true;
      continue;
    }
    if (gap) ctx.moveTo(x(i), v);
    else ctx.lineTo(x(i), v);
    gap = false;
  }
  ctx.stroke();
}

// arrow adds an arrow to the path, with a head of that length.
export function arrow(ctx, x0, y0, x1, y1, head) {
  const dx = x1 - x0,
    dy = y1 - y0,
    length = Math.hypot(dx, dy);
  if (length < 0.5) return;
  const c = dx / length,
    s = dy / length,
    h = Math.min(head, length);
  ctx.moveTo(x0, y0);
  ctx.lineTo(x1, y1);
  ctx.moveTo(x1 - h * (c + 0.5 * s), y1 - h * (s - 0.5 * c));
  ctx.lineTo(x1, y1);
  ctx.lineTo(x1 - h * (c - 0.5 * s), y1 - h * (s + 0.5 * c));
}

// legend draws entries {text, draw(ctx, x, y)} in rows, and returns its height; without a colour it only measures.
export function legend(ctx, entries, x, y, room, size, colour) {
  const sample = 26,
    gap = 16,
    row = size * 1.7;
  let at = x,
    line = 0;
  for (const entry of entries) {
    const wide = sample + width(ctx, entry.text, size);
    if (at > x && at + wide > x + room) {
      at = x;
      line++;
    }
    if (colour) {
      const middle = y + row * (line + 0.5);
      entry.draw(ctx, at, middle);
      ctx.setLineDash([]);
      write(ctx, entry.text, at + sample, middle, size, colour);
    }
    at += wide + gap;
  }
  return row * (line + 1);
}

// fit makes a canvas as large as it is shown, and returns its context in CSS pixels.
export function fit(canvas, wide, high) {
  const ratio = Math.min(2, window.devicePixelRatio || 1);
  const w = Math.round(wide * ratio),
    h = Math.round(high * ratio);
  if (canvas.width !== w || canvas.height !== h) {
    canvas.width = w;
    canvas.height = h;
    canvas.style.width = `${wide}px`;
    canvas.style.height = `${high}px`;
  }
  const ctx = canvas.getContext('2d');
  ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
  ctx.clearRect(0, 0, wide, high);
  return ctx;
}
