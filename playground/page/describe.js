// What there is to see, in sentences.

import { number, t } from './words.js';

// spread is the mean and the standard deviation of points, along each coordinate.
export function spread(points, dim) {
  const mean = [],
    std = [];
  for (let c = 0; c < dim; c++) {
    let sum = 0,
      square = 0,
      n = 0;
    for (let i = c; i < points.length; i += dim, n++) {
      sum += points[i];
      square += points[i] ** 2;
    }
    mean.push(sum / n);
    std.push(Math.sqrt(Math.max(0, square / n - (sum / n) ** 2)));
  }
  return { mean, std };
}

const list = (values) => (values ?? []).map((v) => number(v, 2)).join(', ');

// describe says what the picture shows.
export function describe({ view, board, data, answer }) {
  const all = [
    t(`say.${board.dim}`, {
      step: view.step,
      mean: list(view.mean),
      std: list(view.std),
      dmean: list(data.mean),
      dstd: list(data.std),
    }),
  ];
  if (board.of) all.push(t('say.modes', { n: view.found, of: board.of }));
  all.push(t('say.d', { real: number(view.d_real, 2), fake: number(view.d_fake, 2) }));
  if (answer !== 'score') all.push(t('say.gap', { gap: number(view.gap, 2) }));
  all.push(t('say.jsd', { jsd: number(view.jsd) }));
  return all.join(' ');
}

// describeCurve says where the curves stand.
export function describeCurve({ view }) {
  const jsd = t('say.jsd', { jsd: number(view.jsd) });
  if (view.v === null) return jsd;
  const terms = { v: number(view.v), real: number(view.real_term), fake: number(view.fake_term) };
  return `${t('say.curve.v', terms)} ${jsd}`;
}
