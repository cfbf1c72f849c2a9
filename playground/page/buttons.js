// What the buttons, the selects at the top and the keys do.

import { onSystem } from './colours.js';

const find = (id) => document.getElementById(id);
const on = (id, event, act) => find(id).addEventListener(event, act);

// connect connects them to the page.
export function connect(page) {
  const { transport } = page;
  on('play', 'click', () => page.toggle());
  on('step-d', 'click', () => transport.step('moveD'));
  on('step-g', 'click', () => transport.step('moveG'));
  on('iterate', 'click', () => transport.iterate());
  on('restart', 'click', () => page.restart());
  on('slow', 'change', ({ target }) => {
    transport.slow = target.checked;
  });
  on('back', 'input', ({ target }) => transport.back(target.valueAsNumber));
  on('link', 'click', () => page.link());
  on('png', 'click', () => page.png());
  on('gif', 'click', () => page.film());
  on('lang', 'change', ({ target }) => page.language(target.value));
  on('theme', 'change', ({ target }) => page.theme(target.value));
  find('offer').lastElementChild.addEventListener('click', () => page.playFar());
  window.addEventListener('hashchange', () => page.follow());
  document.addEventListener('keydown', (event) => key(event, page));
  onSystem(() => page.screen.change());
}

// key does what a key stands for, unless somebody types.
function key(event, page) {
  const field = event.target.closest('input, select, textarea, [role=application]');
  const letter = /^[a-z]$/i.test(event.key) && /^(checkbox|range)$/.test(field?.type);
  if ((field && !letter) || event.ctrlKey || event.metaKey || event.altKey) return;
  if (document.querySelector('main').inert || page.why) return;
  const {
    transport,
    game: { view },
  } = page;
  const act = {
    ' ': event.target.closest('button, a, summary') ? null : () => page.toggle(),
    d: () => transport.step('moveD'),
    g: () => transport.step('moveG'),
    i: () => transport.iterate(),
    r: () => page.restart(),
    ArrowLeft: () => view.step > view.earliest && transport.back(view.step - 1),
    ArrowRight: () => view.step < view.furthest && transport.back(view.step + 1),
  }[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (!act) return;
  event.preventDefault();
  act();
}
