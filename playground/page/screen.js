// Everything that is drawn again when the game has moved: once a frame of the screen, and only where something changed.

import { fit } from './chart.js';
import { colours } from './colours.js';
import { drawCurve } from './curve.js';
import { describe, describeCurve } from './describe.js';
import { drawBest, drawLegend, drawMap, hasBest, legendHeight, size } from './picture.js';
import { t } from './words.js';

const find = (id) => document.getElementById(id);
const said = 1000, written = 120; // milliseconds between descriptions, and between numbers

export class Screen {
  // words is called when the numbers may be written anew.
  constructor(game, controls, words) {
    this.game = game;
    this.controls = controls;
    this.words = words;
    this.canvases = { map: find('map'), best: find('best'), legend: find('legend'), curve: find('curve') };
    this.drawn = Promise.resolve();
    this.lastSaid = this.lastWritten = -Infinity;
    new ResizeObserver(() => this.change()).observe(find('stage'));
  }

  // change has everything drawn in the next frame, and returns a promise of that.
  change() {
    if (!this.game.view || this.asked) return this.drawn;
    this.asked = true;
    this.drawn = new Promise((resolve) => {
      requestAnimationFrame(() => {
        this.asked = false;
        resolve();
        this.draw();
      });
    });
    return this.drawn;
  }

  draw() {
    const { game, controls: { show } } = this, c = colours(), { map, best, legend, curve } = this.canvases;
    const began = performance.now();
    const wide = Math.floor(find('stage').getBoundingClientRect().width);
    const { w, h } = size(game, wide, Math.max(260, Math.min(420, innerHeight - 430)));
    drawMap(fit(map, w, h), w, h, game, show, c);
    best.hidden = !hasBest(game);
    if (!best.hidden) drawBest(fit(best, w, h), w, game, show, c);
    const high = legendHeight(legend.getContext('2d'), wide, game, show, c);
    drawLegend(fit(legend, wide, high), wide, game, show, c);
    const curveHigh = wide < 430 ? 480 : 180;
    drawCurve(fit(curve, wide, curveHigh), wide, curveHigh, game, c);
    this.spent = performance.now() - began;
    this.write(began);
  }

  // write writes numbers and descriptions, not more often than they can be read.
  write(now) {
    if (now - this.lastWritten > written) {
      this.lastWritten = now;
      this.words();
    } else this.later(written);
    if (now - this.lastSaid > said) {
      this.lastSaid = now;
      this.canvases.map.setAttribute('aria-label', describe(this.game));
      this.canvases.best.setAttribute('aria-label', t('say.best'));
      this.canvases.curve.setAttribute('aria-label', describeCurve(this.game));
    } else this.later(said);
  }

  // later writes what the last frame had left out.
  later(after) {
    if (this.timer) return;
    this.timer = setTimeout(() => {
      this.timer = null;
      this.write(performance.now());
    }, after + 20);
  }

  // now has the numbers written with the next frame.
  now() { this.lastWritten = this.lastSaid = -Infinity; }
}
