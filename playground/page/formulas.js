// The formulas of Algorithm 1 as MathML.

const i = (s) => `<mi>${s}</mi>`;
const o = (s) => `<mo${'()[]|'.includes(s) ? ' stretchy="false"' : ''}>${s}</mo>`;
const n = (s) => `<mn>${s}</mn>`;
const row = (...parts) => `<mrow>${parts.join('')}</mrow>`;
const call = (f, of) => row(i(f), o('('), of, o(')'));
const nth = (s) => `<msup>${i(s)}${row(o('('), i('i'), o(')'))}</msup>`;
const half = `<mfrac>${n('1')}${n('2')}</mfrac>`;
const squared = `<msup>${o(')')}${n('2')}</msup>`;
const square = (...parts) => row(o('('), ...parts, squared);
const log = '<mi>log</mi><mspace width=".17em"/>';
const minus = '<mo form="prefix">−</mo>';
const plus = '<mo form="infix">+</mo>'; // at the end of a part too
const bracket = (...parts) => row(o('['), ...parts, o(']'));
const one = row(n('1'), o('−'));

// mean is 1/m Σ of something; the full one has its bounds.
const mean = (of, full) =>
  row(
    full
      ? `<mfrac>${n('1')}${i('m')}</mfrac>`
      : `${n('1')}<mo lspace="0" rspace="0">/</mo>${i('m')}<mspace width=".2em"/>`,
    full
      ? `<munderover><mo movablelimits="false">∑</mo>${row(i('i'), o('='), n('1'))}${i('m')}</munderover>`
      : '<mo>∑</mo>',
    of,
  );

const math = (...parts) => `<math>${parts.join('')}</math>`;
const gradient = (player) => `<msub><mo>∇</mo><msub>${i('θ')}${i(player)}</msub></msub>`;

const x = nth('x'),
  gz = call('G', nth('z'));
const dx = call('D', x),
  dgz = call('D', gz);
const short = { dx: call('D', i('x')), dgz: call('D', call('G', i('z'))) };
const max0 = (...parts) => row('<mi>max</mi>', o('('), n('0'), o(','), ...parts, o(')'));

const realTerm = (d) => row(log, d);
const fakeTerm = (d) => row(log, o('('), one, d, o(')'));

// losses are what each player minimises. D of the first three ascends V instead.
const losses = {
  'least-squares': {
    d: [
      row(half, o('['), mean(square(one, dx), true), plus),
      row(mean(row(i('D'), o('('), gz, squared), true), o(']')),
    ],
    g: row(half, mean(square(one, dgz), true)),
  },
  hinge: {
    d: [row(o('['), mean(max0(one, dx), true), plus), row(mean(max0(n('1'), o('+'), dgz), true), o(']'))],
    g: bracket(minus, mean(dgz, true)),
  },
  wasserstein: { d: [bracket(mean(dgz, true), o('−'), mean(dx, true))], g: bracket(minus, mean(dgz, true)) },
  minimax: { g: mean(fakeTerm(dgz), true) },
  'non-saturating': { g: bracket(minus, mean(realTerm(dgz), true)) },
};

const value = (halved) => [
  row(halved ? half : '', mean(row(o('['), realTerm(dx), plus), true)),
  row(fakeTerm(dgz), o(']')),
];

// blended are both losses of G, with their weights.
function blended({ minimax = 0, zurich = 0 }) {
  const sum = minimax + zurich;
  const weight = (w) => row(n(String(Number(w.toPrecision(3)))), o('⋅'));
  return [
    row(o('['), minus, weight(zurich / sum), mean(realTerm(dgz), true), plus),
    row(weight(minimax / 2 / sum), mean(fakeTerm(dgz), true), o(']')),
  ];
}

// shown is a formula of one part or more. Fonts differ in width, so a line may end between parts.
const shown = (...parts) => `<span class="formula">${parts.map((part) => `<span>${math(part)}</span>`).join('')}</span>`;

// ofD and ofG are what the players follow the gradient of.
export function ofD({ objective, half_v }) {
  const [first, ...others] = losses[objective.name]?.d ?? value(half_v);
  return shown(row(gradient('d'), first), ...others);
}

export function ofG({ objective }) {
  const g = losses[objective.name]?.g;
  const [first, ...others] = g ? [g] : blended(objective);
  return shown(row(gradient('g'), first), ...others);
}

export const ascends = ({ objective }) => !losses[objective.name]?.d;

// parts are the terms whose numbers are shown.
export const parts = {
  real: math(mean(realTerm(short.dx))),
  fake: math(mean(fakeTerm(short.dgz))),
  v: math(i('V')),
  z: math(i('z')),
  gz: math(call('G', i('z'))),
  x: math(i('x')),
  normD: math(o('|'), gradient('d'), o('|')),
  normG: math(o('|'), gradient('g'), o('|')),
  loss: math(row(i('L'))),
  g: {
    minimax: math(mean(fakeTerm(short.dgz))),
    'non-saturating': math(minus, mean(realTerm(short.dgz))),
    'least-squares': math(n('½'), o('⋅'), mean(square(one, short.dgz))),
    hinge: math(minus, mean(short.dgz)),
    wasserstein: math(minus, mean(short.dgz)),
  },
};
