// The settings as a form, each field a key of the scene.

import { firstScene, nameOf, names } from './scenes.js';
import { known, plain, t, verbatim, wanted, write } from './words.js';

const rules = ['generator_rule', 'discriminator_rule'];

// A player's hidden layers may be given one by one, as a link can have it.
const layersOf = ({ mlp }) => mlp.layers ?? (mlp.hidden ?? []).map((units) => ({ units, activation: mlp.activation }));

const widths = (s, key) => layersOf(s[key]).map(({ units }) => units);

// One without hidden layers may have none.
const activations = ({ mlp }) => mlp.layers?.map(({ activation }) => activation) ?? [mlp.activation ?? []].flat();

// setHidden gives all layers at once, with one activation.
function setHidden({ mlp }, hidden, activation = mlp.activation ?? mlp.layers?.[0]?.activation ?? 'relu') {
  delete mlp.layers;
  Object.assign(mlp, { hidden, activation });
}

// common is what all values are, or other where they differ.
const common = (values, other) => (values.every((v) => v === values[0]) ? values[0] : other);

const network = (key, part) =>
  ({
    width: {
      get: (s) => (widths(s, key).length ? common(widths(s, key)) : 32),
      set: (s, v) =>
        setHidden(
          s[key],
          widths(s, key).map(() => v),
        ),
      all: (s) => widths(s, key),
      needs: (s) => widths(s, key).length,
    },
    depth: {
      get: (s) => widths(s, key).length,
      set: (s, v) => setHidden(s[key], Array(v).fill(widths(s, key)[0] ?? 32)),
    },
    norm: {
      get: (s) => Boolean(s[key].spectral_norm),
      set: (s, v) => {
        s[key].spectral_norm = v;
      },
    },
  })[part];

const rate = (key) => ({
  get: (s) => (s[key].adam ?? s[key].momentum).learning_rate,
  set: (s, v) => {
    (s[key].adam ?? s[key].momentum).learning_rate = v;
  },
});

const plainKey = (key) => ({
  get: (s) => s[key],
  set: (s, v) => {
    s[key] = v;
  },
});

// fraction is a key that is left out where it is 0.
const fraction = (key) => ({
  get: (s) => s[key] ?? 0,
  set: (s, v) => {
    if (v) s[key] = v;
    else delete s[key];
  },
});

// setRule changes the learning rule, to rates that suit it.
function setRule(s, name) {
  for (const key of rules) {
    const now = s[key].adam ?? s[key].momentum,
      factor = s[key].adam ? 25 : 1 / 25;
    const learning_rate = name === (s[key].adam ? 'adam' : 'momentum') ? now.learning_rate : now.learning_rate * factor;
    s[key] =
      name === 'adam'
        ? { adam: { learning_rate, beta1: 0.5, beta2: 0.999, epsilon: 1e-8 } }
        : { momentum: { learning_rate, initial: 0.5 } };
  }
}

const momenta = (s) => rules.map((key) => s[key].adam?.beta1 ?? s[key].momentum.initial);

function setPenalty(s, kind) {
  if (kind === 'none') delete s.penalty;
  else s.penalty = { kind, weight: kind === 'r1' ? 1 : 10 };
}

function setNoise(s, std, steps) {
  if (std) s.instance_noise = { std, steps };
  else delete s.instance_noise;
}

const whole = { type: 'number', min: 1, step: 1 };
const part = { type: 'number', min: 0, max: 0.99, step: 0.05 };
const check = { type: 'checkbox' };

// The fields by group: how they are shown, and where they are in a scene.
const groups = {
  data: [
    { name: 'data', options: names, get: nameOf, wide: true },
    { name: 'seed', type: 'number', step: 1, ...plainKey('seed') },
    { name: 'batch_size', ...whole, max: 1024, ...plainKey('batch_size') },
  ],
  show: ['samples', 'data', 'warp', 'arrows'].map((layer) => ({ name: `show_${layer}`, ...check, layer })),
  game: [
    {
      name: 'objective',
      options: ['minimax', 'non-saturating', 'least-squares', 'hinge', 'wasserstein', 'blend'],
      wide: true,
      get: (s) => s.objective.name,
      set: (s, v) => {
        s.objective = v === 'blend' ? { name: v, minimax: 1, zurich: 1 } : { name: v };
      },
    },
    { name: 'k', ...whole, max: 50, ...plainKey('k') },
    { name: 'simultaneous', ...check, ...plainKey('simultaneous') },
    { name: 'frozen', ...check, get: (s, frozen) => frozen },
  ],
  players: [
    {
      name: 'noise',
      options: ['gaussian', 'uniform', 'unit-uniform'],
      get: (s) => s.noise.noise,
      set: (s, v) => {
        s.noise.noise = v;
      },
    },
    {
      name: 'noise_dim',
      ...whole,
      max: 64,
      get: (s) => s.noise.dim,
      set: (s, v) => {
        s.noise.dim = v;
      },
    },
    { name: 'g_width', ...whole, max: 128, ...network('generator', 'width') },
    { name: 'g_depth', ...whole, min: 0, max: 4, ...network('generator', 'depth') },
    { name: 'd_width', ...whole, max: 128, ...network('discriminator', 'width') },
    { name: 'd_depth', ...whole, min: 0, max: 4, ...network('discriminator', 'depth') },
    {
      name: 'activation',
      options: ['relu', 'tanh', 'linear'],
      wide: true,
      get: (s) => common([s.generator, s.discriminator].flatMap(activations), 'mixed') ?? 'relu',
      set: (s, v) => {
        for (const key of ['generator', 'discriminator']) setHidden(s[key], widths(s, key), v);
      },
    },
  ],
  rule: [
    {
      name: 'rule',
      options: ['adam', 'momentum'],
      get: (s) =>
        common(
          rules.map((key) => (s[key].adam ? 'adam' : 'momentum')),
          'mixed',
        ),
      set: setRule,
    },
    {
      name: 'momentum',
      type: 'number',
      min: 0,
      max: 0.999,
      step: 0.1,
      get: (s) => common(momenta(s)),
      all: (s) => momenta(s),
      set: (s, v) => {
        for (const key of rules)
          if (s[key].adam) s[key].adam.beta1 = v;
          else s[key].momentum.initial = v;
      },
    },
    { name: 'g_rate', type: 'number', min: 0, step: 0.0005, ...rate('generator_rule') },
    { name: 'd_rate', type: 'number', min: 0, step: 0.0005, ...rate('discriminator_rule') },
  ],
  stable: [
    { name: 'penalty', options: ['none', 'r1', 'wgan-gp'], get: (s) => s.penalty?.kind || 'none', set: setPenalty },
    {
      name: 'penalty_weight',
      type: 'number',
      min: 0,
      step: 0.5,
      get: (s) => s.penalty?.weight || 1,
      needs: (s) => s.penalty?.kind,
      set: (s, v) => {
        if (s.penalty) s.penalty.weight = v;
      },
    },
    { name: 'flip_real', ...part, ...fraction('flip_real') },
    { name: 'flip_fake', ...part, ...fraction('flip_fake') },
    { name: 'smooth_real', ...part, ...fraction('smooth_real') },
    { name: 'average_g', ...part, max: 0.9999, step: 0.01, ...fraction('average_g') },
    {
      name: 'noise_std',
      type: 'number',
      min: 0,
      step: 0.05,
      get: (s) => s.instance_noise?.std ?? 0,
      set: (s, v) => setNoise(s, v, s.instance_noise?.steps || 1000),
    },
    {
      name: 'noise_steps',
      ...whole,
      step: 100,
      get: (s) => s.instance_noise?.steps || 1000,
      needs: (s) => s.instance_noise?.std,
      set: (s, v) => setNoise(s, s.instance_noise?.std, v),
    },
    { name: 'd_spectral', ...check, ...network('discriminator', 'norm') },
    { name: 'g_spectral', ...check, ...network('generator', 'norm') },
  ],
};
const fields = Object.values(groups).flat();
const fieldOf = new Map(fields.map((f) => [f.name, f]));

// The keys that a refusal may name, and the fields that hold them.
const keys = [
  [/^generator\.mlp\.hidden/, 'g_width'],
  [/^discriminator\.mlp\.hidden/, 'd_width'],
  [/^generator_rule.*rate/, 'g_rate'],
  [/^discriminator_rule.*rate/, 'd_rate'],
  [/_rule.*(beta1|initial)/, 'momentum'],
  [/^noise\.dim/, 'noise_dim'],
  [/^noise/, 'noise'],
  [/^penalty\.weight/, 'penalty_weight'],
  [/^penalty/, 'penalty'],
  [/^instance_noise\.std/, 'noise_std'],
  [/^instance_noise/, 'noise_steps'],
  [/^objective/, 'objective'],
  [/^data/, 'data'],
];

// refusal is the key and the values of the words that refuse a value of a field; want is a function that says what would do.
function refusal(name, value, want) {
  const named = () => (fieldOf.has(name) ? plain(t(label(name))) : name);
  return ['refused', { name: () => verbatim(named()), value: verbatim(value), want: () => verbatim(want()) }];
}

export class Controls {
  // changed hears {make(scene, frozen), field, said} where the game must change, and shown where only the picture does. said is
  // what was wrong with the field, where something near to it was taken.
  constructor(form, changed, shown, draw) {
    this.form = form;
    this.changed = changed;
    this.build(draw);
    form.addEventListener('submit', (event) => event.preventDefault());
    form.addEventListener('input', ({ target }) => {
      this.typing = target; // and is not written into
    });
    form.addEventListener('focusout', () => {
      this.typing = null;
    });
    form.addEventListener('change', ({ target }) => {
      this.typing = null;
      const field = fieldOf.get(target.name);
      if (field.layer) shown();
      else this.change(field, target);
    });
  }

  build(draw) {
    for (const [group, members] of Object.entries(groups)) {
      const box = element('details', { open: innerWidth > 900 || group === 'data' || group === 'show' });
      box.append(element('summary', { className: 'group' }, [element('span', { dataset: { t: `group.${group}` } })]));
      const grid = element('div', { className: 'fields' });
      grid.append(...members.map((field) => build(field)));
      if (group === 'data') {
        this.draw = element('button', { type: 'button', id: 'draw', dataset: { t: 'draw' }, hidden: true });
        this.draw.addEventListener('click', draw);
        grid.append(this.draw);
      }
      box.append(grid);
      this.form.append(box);
    }
    for (const field of fields) {
      if (field.layer) this.input(field.name).checked = field.layer !== 'arrows';
    }
  }

  input(name) {
    return this.form.elements.namedItem(name);
  }

  // show is which layers are to be seen.
  get show() {
    const show = {};
    for (const { name, layer } of fields) if (layer) show[layer] = this.input(name).checked;
    return show;
  }

  // layer shows a layer of the picture, or hides it.
  layer(name, shown) {
    this.input(`show_${name}`).checked = shown;
  }

  // fill writes a scene into the form.
  fill(scene, frozen) {
    this.scene = scene;
    this.frozen = frozen;
    for (const field of fields) {
      if (field.layer) continue;
      const input = this.input(field.name),
        value = field.get(scene, frozen);
      if (input.type === 'checkbox') input.checked = Boolean(value);
      else if (field.options) choose(input, field, value);
      else if (input !== this.typing) {
        input.value = value === undefined ? '' : rounded(value);
        input.placeholder = field.all ? field.all(scene).join(', ') : '';
      }
      input.disabled = Boolean(field.needs && !field.needs(scene));
      this.blame(input, '');
    }
    this.draw.hidden = !nameOf(scene).startsWith('drawn');
    const line = scene.generator.mlp.output[0] === 1;
    for (const layer of ['samples', 'data', 'warp']) this.name(`show_${layer}`, `show_${layer}${line ? '.1' : ''}`);
    this.name('momentum', scene.generator_rule.adam ? 'momentum' : 'momentum.momentum');
  }

  name(field, key) {
    const label = this.form.querySelector(`label[for="field-${field}"]`);
    label.dataset.t = key;
    write(label, t(key));
  }

  // change makes another scene by one field, of the one that is played when its turn comes: changes may follow quickly.
  change(field, input) {
    const number = input.type === 'number' ? input.valueAsNumber : NaN;
    if (input.type === 'number' && !Number.isFinite(number)) {
      this.fill(this.scene, this.frozen);
      return;
    }
    const layers = field.name.endsWith('_depth') ? Math.max(field.min, Math.min(field.max, Math.round(number))) : number;
    const value = input.type === 'checkbox' ? input.checked : input.type === 'number' ? layers : input.value;
    const said = input.type === 'number' && value !== number ? refusal(field.name, number, () => t('want.layers', field)) : null;
    if (said) input.value = value;
    const make = (now, frozen) => {
      if (field.name === 'data') return { scene: { ...firstScene(value), seed: now.seed }, frozen: false };
      if (field.name === 'frozen') return { scene: now, frozen: value };
      const scene = structuredClone(now);
      field.set(scene, value);
      return { scene, frozen };
    };
    this.changed({ make, field: field.name, said });
  }

  // refuse shows why a game was not changed, beside the field where there is one, and returns the words' key and values. All
  // other fields show the game as it is.
  refuse(message, asked) {
    const found = /^(?:game: )?([\w.[\]]+) is (.*?): want (.*)$/s.exec(message);
    const [, key, value, want] = found ?? [];
    let name = found && keys.find(([pattern]) => pattern.test(key))?.[1];
    name ??= fieldOf.has(asked) && !fieldOf.has(key) ? asked : key;
    if (/_width$/.test(name) && /_depth$/.test(asked)) name = asked; // one key holds both
    const said = found ? refusal(name, value, () => wanted(want)) : ['failed', { error: verbatim(message) }];
    const input = this.input(fieldOf.has(asked) ? asked : name),
      typed = input?.value;
    this.fill(this.scene, this.frozen);
    if (!input) return said;
    if (input.type === 'number') input.value = typed;
    this.blame(input, t(...said));
    return said;
  }

  blame(input, words) {
    if (words) input.setAttribute('aria-invalid', 'true');
    else input.removeAttribute('aria-invalid');
    write(input.closest('.field').querySelector('.error'), words);
  }
}

const option = (field, value) => element('option', { value, dataset: { t: `${field.name}.${value}` } });

// choose chooses an option. What only a link can ask for gets one of its own.
function choose(input, field, value) {
  for (const extra of [...input.options].slice(field.options.length)) extra.remove();
  if (!field.options.includes(value)) {
    const extra = option(field, value);
    write(extra, known(extra.dataset.t) ? t(extra.dataset.t) : verbatim(value));
    input.append(extra);
  }
  input.value = value;
}

// rounded is a number as it is shown; whole ones, such as a seed, keep their digits.
const rounded = (value) => (Number.isInteger(value) ? value : Number(value.toPrecision(6)));

const label = (name) => (name === 'simultaneous' ? 'simultaneous_' : name);

// build makes a field with its label and help.
function build(field) {
  const id = `field-${field.name}`;
  const box = element('div', {
    className: `field${field.wide ? ' wide' : ''}${field.type === 'checkbox' ? ' check' : ''}`,
  });
  const name = element('label', { htmlFor: id, dataset: { t: label(field.name), help: `help.${label(field.name)}` } });
  const input = field.options ? element('select', {}) : element('input', { type: field.type });
  if (field.options) {
    input.append(...field.options.map((o) => option(field, o)));
  }
  for (const limit of ['min', 'max', 'step']) if (field[limit] !== undefined) input[limit] = field[limit];
  input.id = id;
  input.name = field.name;
  input.setAttribute('aria-describedby', `${id}-help ${id}-error`);
  const help = element('span', { id: `${id}-help`, className: 'help', dataset: { t: `help.${label(field.name)}` } });
  const error = element('span', { id: `${id}-error`, className: 'error' });
  box.append(...(field.type === 'checkbox' ? [input, name] : [name, input]), help, error);
  return box;
}

function element(tag, { dataset = {}, ...properties }, children = []) {
  const node = Object.assign(document.createElement(tag), properties);
  Object.assign(node.dataset, dataset);
  node.append(...children);
  return node;
}
