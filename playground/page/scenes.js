// The games that the page begins with: for each p_data a setting that learns it in one or two thousand iterations. The
// grid of 25 takes four thousand, and then 20 modes or more are found.

const adam = (rate) => ({ adam: { learning_rate: rate, beta1: 0.5, beta2: 0.999, epsilon: 1e-8 } });

const player = (width, depth, activation, output) => ({
  mlp: { hidden: Array(depth).fill(width), activation, output: [output], output_activation: 'linear' },
});

// scene builds one of few numbers.
function scene(
  data,
  dim,
  {
    width = 32,
    dWidth = width,
    activation = 'relu',
    m = 64,
    objective = 'non-saturating',
    k = 1,
    rate = 1e-3,
    dRate = 2e-3,
    penalty,
  },
) {
  return {
    seed: 1,
    data,
    batch_size: m,
    generator: player(width, 2, activation, dim),
    discriminator: player(dWidth, 2, activation, 1),
    noise: { noise: 'gaussian', dim },
    objective: { name: objective },
    half_v: false,
    k,
    simultaneous: false,
    generator_rule: adam(rate),
    discriminator_rule: adam(dRate),
    steps: 0,
    ...(penalty && { penalty }),
  };
}

const twoNormals = { means: [[-1], [1]], std: 0.3 };

const line = { activation: 'tanh', k: 5, rate: 2e-3 };

const first = {
  normal: () =>
    scene({ set: 'normal', mean: 1, std: 0.5 }, 1, { ...line, objective: 'minimax', m: 128, rate: 1e-3, dRate: 1e-3 }),
  'two-normals': () => scene({ cloud: structuredClone(twoNormals) }, 1, line),
  ring8: () => scene({ set: 'ring8' }, 2, {}),
  grid25: () =>
    scene({ set: 'grid25' }, 2, { width: 64, m: 128, rate: 3e-3, dRate: 6e-3, penalty: { kind: 'r1', weight: 0.1 } }),
  'swiss-roll': () => scene({ set: 'swiss-roll' }, 2, { width: 64 }),
  moons: () => scene({ set: 'moons' }, 2, {}),
  'drawn-1d': () => scene({ cloud: hill() }, 1, line),
  'drawn-2d': () => scene({ cloud: heart() }, 2, { width: 64 }),
};

export const names = Object.keys(first);

// firstScene is a game on the data of that name.
export const firstScene = (name) => first[name]();

// nameOf is the name of a scene's data.
export function nameOf({ data }) {
  if (!data.cloud) return data.set;
  const { means, std, weights } = data.cloud;
  if (means[0].length === 2) return 'drawn-2d';
  const preset = !weights && std === twoNormals.std && String(means) === String(twoNormals.means);
  return preset ? 'two-normals' : 'drawn-1d';
}

// hill is what a line shows before anything is drawn: three peaks.
function hill() {
  const means = [],
    weights = [];
  for (let i = 0; i < 40; i++) {
    const x = -3 + 0.15 * (i + 0.5);
    const p = Math.exp(-8 * (x + 1.5) ** 2) + 2 * Math.exp(-8 * x ** 2) + Math.exp(-8 * (x - 1.5) ** 2);
    if (p < 0.01) continue;
    means.push([x]);
    weights.push(p);
  }
  const sum = weights.reduce((a, b) => a + b);
  return { means, weights: weights.map((w) => w / sum), std: 0.15 };
}

// heart is what a plane shows before anything is drawn.
function heart() {
  const means = [];
  for (let i = 0; i < 80; i++) {
    const a = (2 * Math.PI * i) / 80;
    const x = 16 * Math.sin(a) ** 3,
      y = 13 * Math.cos(a) - 5 * Math.cos(2 * a) - 2 * Math.cos(3 * a) - Math.cos(4 * a);
    means.push([Number((x / 15).toFixed(3)), Number(((y + 2.5) / 15).toFixed(3))]);
  }
  return { means, std: 0.05 };
}
