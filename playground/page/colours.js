// Okabe and Ito's colours, as the library's figures have them; lighter ones on a dark page.

const light = {
  dark: false,
  paper: '#ffffff',
  ink: '#222222',
  faded: '#707070',
  faint: '#e4e4e4',
  blue: '#0072b2',
  green: '#009e73',
  vermillion: '#d55e00',
};
const dark = {
  dark: true,
  paper: '#131416',
  ink: '#e4e5e7',
  faded: '#9ca0a5',
  faint: '#34373b',
  blue: '#56b4e9',
  green: '#2dc79b',
  vermillion: '#f0894a',
};

const system = matchMedia('(prefers-color-scheme: dark)');
let chosen = 'auto';

export const colours = () => ((chosen === 'auto' ? system.matches : chosen === 'dark') ? dark : light);

// choose sets the theme: auto, light or dark.
export function choose(theme) {
  chosen = theme;
  if (theme === 'auto') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

export const onSystem = (act) => system.addEventListener('change', act);

const channels = (hex) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));

const scales = new Map();

// diverging is a scale of 256 colours as RGBA in a Uint32Array: fake in vermillion, real in blue, the paper between.
export function diverging(c) {
  let scale = scales.get(c);
  if (scale) return scale;
  const [low, middle, high] = [c.vermillion, c.paper, c.blue].map(channels);
  scale = new Uint32Array(256);
  for (let i = 0; i < 256; i++) {
    const far = (i - 127.5) / 127.5;
    const part = 0.62 * Math.abs(far) ** 0.9;
    const [r, g, b] = middle.map((v, j) => Math.round(v + part * ((far < 0 ? low : high)[j] - v)));
    scale[i] = 0xff000000 | (b << 16) | (g << 8) | r;
  }
  scales.set(c, scale);
  return scale;
}
