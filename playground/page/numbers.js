// The numbers of the moment, by name.

import { number, percent, t } from './words.js';

const names = ['step', 'v', 'real_term', 'fake_term', 'jsd', 'bound', 'd_real', 'd_fake', 'found', 'high_quality', 'pull'];
const ofModes = ['found', 'high_quality'];

// texts are the numbers that are not written as the others are.
const texts = {
  step: String,
  found: (n, { of }) => t('found.of', { n, of }),
  high_quality: percent,
};

export class Numbers {
  constructor(list) {
    this.list = list;
    this.values = {};
    for (const name of names) {
      const box = document.createElement('div'),
        term = document.createElement('dt'),
        value = document.createElement('dd');
      value.dataset.name = name;
      term.dataset.t = name;
      box.className = name;
      box.append(term, value);
      list.append(box);
      this.values[name] = value;
    }
    this.marks = document.createElement('span');
    this.marks.setAttribute('aria-hidden', 'true');
    this.marks.className = 'marks';
    this.values.found.after(this.marks);
  }

  show({ view, board }) {
    for (const name of names) {
      const value = view[name];
      const absent = value === null || value === undefined || (ofModes.includes(name) && !board.of);
      this.values[name].parentElement.hidden = absent;
      if (absent) continue;
      const text = (texts[name] ?? ((v) => number(v)))(value, board);
      if (this.values[name].textContent !== text) this.values[name].textContent = text;
    }
    this.mark(view.found, board.of);
  }

  // mark shows the modes found as small marks.
  mark(found, of) {
    const text = '●'.repeat(found) + '○'.repeat(Math.max(0, of - found));
    if (this.marks.textContent !== text) this.marks.textContent = text;
  }
}
