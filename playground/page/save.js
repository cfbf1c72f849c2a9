// The game as a link, as a PNG, and as a GIF.

import { write } from './chart.js';
import { colours } from './colours.js';
import { drawCurve } from './curve.js';
import { drawBest, drawLegend, drawMap, hasBest, legendHeight } from './picture.js';
import { nameOf } from './scenes.js';
import { number, plain, t } from './words.js';

const margin = 16;

// title says which game it is, and where it stands.
function title({ scene, view }) {
  const all = [plain(t(`data.${nameOf(scene)}`)), t(`objective.${scene.objective.name}`), `${t('step')} ${view.step}`];
  if (view.v !== null) all.push(`*V* = ${number(view.v)}`);
  all.push(`JSD = ${number(view.jsd)}`);
  return all.join(' · ');
}

// compose draws the game with its legend, and its curve below, on a canvas of that width.
function compose(game, show, { wide, ratio, curve }) {
  const c = colours(),
    canvas = document.createElement('canvas'),
    inner = wide - 2 * margin;
  const ctx = canvas.getContext('2d', { willReadFrequently: true });
  const line = game.board.dim === 1,
    two = hasBest(game);
  const side = line ? inner : two ? (inner - 12) / 2 : Math.min(inner, 420);
  const high = line ? Math.round(inner * 0.56) : side;
  const below = legendHeight(ctx, inner, game, show, c);
  const total = Math.round(margin + 26 + high + below + (curve ? 190 : 0) + margin);
  canvas.width = wide * ratio;
  canvas.height = total * ratio;
  ctx.scale(ratio, ratio);
  ctx.fillStyle = c.paper;
  ctx.fillRect(0, 0, wide, total);
  ctx.translate(margin, margin);
  write(ctx, title(game), 2, 8, 13, c.ink);
  ctx.translate(0, 26);
  drawMap(ctx, side, high, game, show, c);
  if (two) {
    ctx.translate(side + 12, 0);
    drawBest(ctx, side, game, show, c);
    ctx.translate(-side - 12, 0);
  }
  ctx.translate(0, high);
  drawLegend(ctx, inner, game, show, c);
  ctx.translate(0, below + 10);
  if (curve) drawCurve(ctx, inner, 180, game, c);
  return canvas;
}

const fileName = (name, { view }, kind) => `gan-${name}-${view.step}.${kind}`;

function download(blob, name) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

// savePNG saves the picture, and returns the file's name.
export async function savePNG(game, show) {
  const canvas = compose(game, show, { wide: 860, ratio: 2, curve: true });
  const blob = await new Promise((resolve) => canvas.toBlob(resolve));
  const name = fileName(nameOf(game.scene), game, 'png');
  download(blob, name);
  return name;
}

// Film records frames of a game and makes a GIF of them. All show the same data, and are of one size.
export class Film {
  constructor(ask, show) {
    this.ask = ask;
    this.show = show;
    this.frames = 0;
  }

  // add records a frame, and reports whether it belongs to the film.
  async add(game) {
    const name = nameOf(game.scene);
    const canvas = compose(game, this.show, { wide: 620, ratio: 1, curve: false });
    const { data, width, height } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    this.height ??= height;
    this.name ??= name;
    if (height !== this.height || name !== this.name) return false;
    await this.ask('gif', { width, height, delay: 8, first: this.frames === 0 }, new Uint8Array(data.buffer));
    this.frames++;
    this.saved = fileName(name, game, 'gif');
    return true;
  }

  // end saves the film, and returns the file's name.
  async end() {
    const { result } = await this.ask('gif', { end: true });
    const bytes = Uint8Array.from(atob(result), (ch) => ch.charCodeAt(0));
    download(new Blob([bytes], { type: 'image/gif' }), this.saved);
    return this.saved;
  }
}
