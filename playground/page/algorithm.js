// Algorithm 1 as five lines, with the numbers of the step substituted, and the executing line lit.

import { spread } from './describe.js';
import * as formulas from './formulas.js';
import { number, short, t, write } from './words.js';

// noise are the terms of a line that draws z.
const noise = [
  ['z', formulas.parts.z, 'batch'],
  ['gz', formulas.parts.gz, 'batch'],
];

const ids = ['line-noise-d', 'line-data', 'line-d', 'line-noise-g', 'line-g'];

export class Algorithm {
  constructor() {
    this.lines = Object.fromEntries(ids.map((id) => [id, document.getElementById(id)]));
    this.shown = new Map();
  }

  // show writes the lines of a scene.
  show(scene, frozen, dim) {
    this.scene = scene;
    this.dim = dim;
    const { batch_size: m, k, simultaneous } = scene;
    write(document.getElementById('for-each'), t(simultaneous ? 'simultaneous' : 'for.each'));
    document.getElementById('algorithm').classList.toggle('together', Boolean(simultaneous));
    const loop = simultaneous ? '' : `<span class="loop"><span data-n="loop"></span> <b data-n="now"></b></span>`;
    this.set(
      'line-noise-d',
      `${loop}<span class="says"></span>${terms(noise)}`,
      t('line.noise', { m }),
    );
    this.set(
      'line-data',
      `<span class="says"></span>${terms([['x', formulas.parts.x, 'batch']])}`,
      t('line.data', { m }),
    );
    this.set(
      'line-noise-g',
      `<span class="says"></span>${simultaneous ? '' : terms(noise)}`,
      simultaneous ? t('line.noise.same') : t('line.noise.again', { m }),
    );
    this.showD(scene);
    this.showG(scene, frozen);
    this.shown.clear();
    if (!simultaneous)
      write(this.lines['line-noise-d'].querySelector('[data-n=loop]'), k > 1 ? t('k.times', { k }) : t('k.once'));
    this.numbers({});
  }

  set(id, html, says) {
    const line = this.lines[id];
    line.innerHTML = html;
    write(line.querySelector('.says'), says);
  }

  showD(scene) {
    const up = formulas.ascends(scene),
      { parts } = formulas;
    const list = up
      ? [
          ['real', parts.real, 'real'],
          ['fake', parts.fake, 'fake'],
          ['v', parts.v, 'v'],
        ]
      : [];
    if (!up || changesLoss(scene)) list.push(['loss', `<span data-w="loss"></span>`, 'ink']);
    list.push(['norm', parts.normD, 'ink'], ['rate', `<span data-w="rate"></span>`, 'ink']);
    this.set(
      'line-d',
      `<span class="says"></span>${formulas.ofD(scene)}${terms(list)}`,
      t(up ? 'line.d.up' : 'line.d.down'),
    );
    this.words('line-d', { loss: t('loss') + extras(scene), rate: t('rate') });
  }

  showG(scene, frozen) {
    const { parts } = formulas;
    if (frozen) {
      this.set('line-g', '<span class="says"></span>', t('line.g.frozen'));
      return;
    }
    const list = [
      ['loss', parts.g[scene.objective.name] ?? `<span data-w="loss"></span>`, 'fake'],
      ['norm', parts.normG, 'ink'],
      ['rate', `<span data-w="rate"></span>`, 'ink'],
    ];
    this.set('line-g', `<span class="says"></span>${formulas.ofG(scene)}${terms(list)}`, t('line.g.down'));
    this.words('line-g', { loss: t('loss'), rate: t('rate') });
  }

  words(id, texts) {
    for (const node of this.lines[id].querySelectorAll('[data-w]')) write(node, texts[node.dataset.w]);
  }

  // numbers substitutes those of the last moves.
  numbers({ d, g, dBatch = {}, gBatch = {}, moves = 0 }) {
    const put = (id, name, text) => this.put(id, name, text);
    if (!this.scene.simultaneous)
      put('line-noise-d', 'now', this.scene.k > 1 && moves ? t('k.now', { i: moves, k: this.scene.k }) : '');
    this.putNoise('line-noise-d', dBatch);
    put('line-data', 'x', this.summary(dBatch.x, this.dim));
    if (!this.scene.simultaneous) this.putNoise('line-noise-g', gBatch);
    put('line-d', 'rate', rate(this.scene.discriminator_rule));
    put('line-g', 'rate', rate(this.scene.generator_rule));
    const none = NaN,
      ofD = d?.player ? d : { real_term: none, fake_term: none, loss: none, norm: none };
    put('line-d', 'real', number(ofD.real_term));
    put('line-d', 'fake', number(ofD.fake_term));
    put('line-d', 'v', number(ofD.real_term + ofD.fake_term));
    put('line-d', 'loss', number(ofD.loss));
    put('line-d', 'norm', number(ofD.norm));
    const together = g?.player === 'both';
    put('line-g', 'loss', number(g?.player ? (together ? g.g_loss : g.loss) : none));
    put('line-g', 'norm', number(g?.player ? (together ? g.g_norm : g.norm) : none));
  }

  putNoise(id, { z, gz }) {
    const { dim } = this.scene.noise;
    this.put(id, 'z', this.summary(z, dim > 2 ? 1 : dim)); // of many coordinates, that of all together
    this.put(id, 'gz', this.summary(gz, this.dim));
  }

  put(id, name, text) {
    const key = id + name;
    if (this.shown.get(key) === text) return;
    this.shown.set(key, text);
    const node = this.lines[id].querySelector(`[data-n="${name}"]`);
    if (node) node.textContent = text;
  }

  // summary is the mean and the spread of a minibatch, along each coordinate.
  summary(values, dim) {
    if (!values?.length) return '–';
    const { mean, std } = spread(values, dim);
    const together = (v) => (dim === 1 ? number(v[0], 2) : `(${v.map((u) => number(u, 2)).join(', ')})`);
    return t('mean.std', { mean: together(mean), std: together(std) });
  }

  // light lights the lines with these names, and no others.
  light(...lit) {
    for (const id of ids) {
      const line = this.lines[id],
        on = lit.includes(id);
      line.classList.toggle('lit', on);
      if (on) line.setAttribute('aria-current', 'step');
      else line.removeAttribute('aria-current');
    }
  }
}

// terms is a list of names and where their numbers go.
function terms(list) {
  const term = ([name, formula, colour]) =>
    `<span class="term ${colour}">${formula} <span class="equals">=</span> <b data-n="${name}">–</b></span>`;
  return `<span class="terms">${list.map(term).join('')}</span>`;
}

const rate = (rule) => short((rule.adam ?? rule.momentum).learning_rate);

const changesLoss = (s) => Boolean(s.penalty?.kind || s.flip_real || s.flip_fake || s.smooth_real || s.half_v);

// extras says what else is in D's loss.
function extras(scene) {
  const what = [];
  if (scene.penalty?.kind) what.push(t('with.penalty'));
  if (scene.flip_real || scene.flip_fake || scene.smooth_real) what.push(t('with.labels'));
  return what.length ? ` (${t('with', { what: what.join(', ') })})` : '';
}
