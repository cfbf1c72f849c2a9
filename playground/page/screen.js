// Everything that is drawn again when the game has moved: once a frame of the screen, and only where something changed.

import { fit } from './chart.js';
import { colours } from './colours.js';
import { drawCurve } from './curve.js';
import { describe, describeCurve } from './describe.js';
import { drawBest, drawLegend, drawMap, hasBest, legendHeight, size } from './picture.js';
import { language, t } from './words.js';

const find = (id) => document.getElementById(id);
const said = 1000; // milliseconds between descriptions,
const written = 120; // between numbers,
const plotted = 60; // and between drawings of the curve

export class Screen {
  // words is called when the numbers may be written anew.
  constructor(game, controls, words) {
    this.game = game;
    this.controls = controls;
    this.words = words;
    this.canvases = { map: find('map'), best: find('best'), legend: find('legend'), curve: find('curve') };
    this.drawn = Promise.resolve();
    this.acted = {};
    this.timers = {};
    new ResizeObserver(([entry]) => {
      this.wide = Math.floor(entry.contentRect.width);
      this.change();
    }).observe(find('stage'));
    const resized = () => {
      this.most = undefined;
      this.change();
    };
    const beside = new ResizeObserver(resized);
    for (const id of ['lesson', 'transport', 'numbers']) beside.observe(find(id));
    window.addEventListener('resize', resized);
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
    const {
        game,
        controls: { show },
      } = this,
      c = colours(),
      { map, best, legend, curve } = this.canvases;
    this.wide ??= Math.floor(find('stage').getBoundingClientRect().width);
    const { wide } = this;
    if (!wide) return; // there is no room yet
    const { w, h } = size(game, wide, this.room());
    drawMap(fit(map, w, h), w, h, game, show, c);
    best.hidden = !hasBest(game);
    if (!best.hidden) drawBest(fit(best, w, h), w, game, show, c);
    this.drawLegend(legend, wide, show, c);
    this.seldom('curve', plotted, () => this.drawCurve(curve, wide));
    this.write();
  }

  // room is how high a picture may be: a lesson leaves less, for the numbers that it speaks of are to be seen too. A phone
  // scrolls.
  room() {
    if (this.most) return this.most;
    const top = find('status').getBoundingClientRect().top + scrollY + 30,
      lesson = !find('lesson').hidden && innerWidth > 760;
    const below = lesson ? find('legend').offsetHeight + find('numbers').offsetHeight + 20 : 240;
    const room = innerHeight - (innerWidth > 760 ? top + below : 430);
    this.most = Math.max(lesson ? 190 : 260, Math.min(420, room));
    return this.most;
  }

  drawCurve(canvas, wide) {
    const high = wide < 430 ? 480 : 180;
    drawCurve(fit(canvas, wide, high), wide, high, this.game, colours());
  }

  // drawLegend draws the legend where it has changed.
  drawLegend(canvas, wide, show, c) {
    const { game } = this;
    const key = [
      wide,
      devicePixelRatio,
      c.paper,
      language(),
      game.answer,
      game.board.dim,
      game.board.lattice,
      Boolean(game.batch),
      ...Object.values(show),
    ].join();
    if (key === this.legendKey) return;
    this.legendKey = key;
    const high = legendHeight(canvas.getContext('2d'), wide, game, show, c);
    drawLegend(fit(canvas, wide, high), wide, game, show, c);
  }

  // write writes numbers and descriptions, not more often than they can be read.
  write() {
    this.seldom('numbers', written, this.words);
    this.seldom('sentences', said, () => this.describe());
  }

  // seldom acts at once or, where it has just acted, once the time has passed.
  seldom(name, apart, act) {
    const due = (this.acted[name] ?? -Infinity) + apart,
      now = performance.now();
    if (now >= due) {
      this.acted[name] = now;
      act();
    } else {
      this.timers[name] ??= setTimeout(
        () => {
          this.timers[name] = undefined;
          this.seldom(name, apart, act);
        },
        due - now + 5,
      );
    }
  }

  describe() {
    this.canvases.map.setAttribute('aria-label', describe(this.game));
    this.canvases.best.setAttribute('aria-label', t('say.best'));
    this.canvases.curve.setAttribute('aria-label', describeCurve(this.game));
  }

  // now has the numbers written with the next frame.
  now() {
    this.acted = {};
  }
}
