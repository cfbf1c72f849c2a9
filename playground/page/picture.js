// The picture of a game, on the page or in a file: Figure 1, or D and D* side by side, with the legend.

import { legend } from './chart.js';
import * as figure1 from './figure1.js';
import * as plane from './plane.js';

const text = 12;

const entries = (game, show, c) => (game.board.dim === 1 ? figure1 : plane).entries(game, show, c);

// hasBest reports whether there is a D* to be shown beside D.
export const hasBest = (game) => game.board.dim === 2 && game.answer !== 'score';

export const legendHeight = (ctx, w, game, show, c) => legend(ctx, entries(game, show, c), 2, 0, w - 4, text);

export const drawLegend = (ctx, w, game, show, c) => legend(ctx, entries(game, show, c), 2, 0, w - 4, text, c.ink);

// drawMap draws D's map into w x h.
export function drawMap(ctx, w, h, game, show, c) {
  if (game.board.dim === 1) figure1.drawFigure1(ctx, w, h, game, show, c);
  else plane.drawPlane(ctx, Math.min(w, h), game, show, c);
}

export const drawBest = (ctx, size, game, show, c) => plane.drawPlane(ctx, size, game, show, c, true);

// size is that of a map, where so much width is to be had.
export function size(game, wide, most) {
  if (game.board.dim === 1) return { w: wide, h: Math.round(Math.min(most, Math.max(250, wide * 0.56))) };
  const two = hasBest(game) && wide >= 460;
  const side = Math.floor(Math.min(most, two ? (wide - 12) / 2 : wide));
  return { w: side, h: side };
}
