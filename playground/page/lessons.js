// The lessons: predict, play, and then see what to look at; some go on with other settings.

import { language, t, write } from './words.js';

const node = (tag, properties, ...children) => {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
};

// marked is a lesson's text with its symbols marked.
const marked = (text) =>
  text
    .replaceAll('*', '^∗^')
    .replace(/\b[DGVkxz]\b/g, '*$&*')
    .replace(/\bp_(data|g|z)\b/g, '*p*_$1_');

// paragraph is a text below a bold heading.
function paragraph(id, heading, text) {
  const words = node('span', {});
  write(words, marked(text));
  return node('p', { id }, node('b', { textContent: `${heading}. ` }), words);
}

export class Lessons {
  // act has run(lesson), then(part), again() for the open lesson from its start, and close().
  constructor(list, act) {
    this.list = list ?? [];
    this.act = act;
    this.nav = document.getElementById('lessons');
    this.section = document.getElementById('lesson');
    this.open = null;
    this.shown = 0; // parts: to predict, what to look at, what comes then
    this.played = false; // to the end
    this.write();
  }

  // write writes all in the reader's language.
  write() {
    const lang = language();
    this.nav.hidden = this.list.length === 0;
    this.nav.replaceChildren(
      node('span', { textContent: t('lessons') }),
      ...this.list.map((lesson, i) => {
        const link = node('a', { href: `#lesson=${lesson.id}` });
        write(link, `${i + 1}. ${marked(lesson.title[lang])}`);
        if (lesson === this.open) link.setAttribute('aria-current', 'true');
        link.addEventListener('click', () => link.hash === location.hash && this.act.again()); // the address does not change
        return link;
      }),
    );
    const here = this.nav.querySelector('[aria-current]');
    if (here && here.offsetLeft + here.offsetWidth > this.nav.clientWidth)
      this.nav.scrollLeft = here.offsetLeft - (this.nav.clientWidth - here.offsetWidth) / 2;
    this.section.hidden = !this.open;
    if (this.open) this.writeOpen(this.open, lang);
  }

  writeOpen(lesson, lang) {
    const close = node('button', { type: 'button', className: 'close', textContent: '×' });
    close.setAttribute('aria-label', t('lesson.close'));
    close.addEventListener('click', () => this.act.close());
    const title = node('h2', { id: 'lesson-title' });
    write(title, marked(lesson.title[lang]));
    const parts = this.shown < 2 ? [paragraph('predict', t('predict'), lesson.predict[lang])] : [];
    if (this.shown > 0) {
      const look = paragraph('look', t('look'), lesson.look[lang]);
      if (lesson.notebook)
        look.append(' ', node('small', { textContent: t('lesson.notebook', { name: lesson.notebook }) }));
      parts.push(look);
    }
    if (this.shown > 1) parts.push(paragraph('then', t('then'), lesson.then.words[lang]));
    this.section.replaceChildren(close, title, ...parts, node('div', {}, ...this.buttons(lesson)));
  }

  // buttons are those of the part that is shown: the first is for what comes next.
  buttons(lesson) {
    const button = (id, key, n, act, first) => {
      const made = node('button', { type: 'button', id, textContent: t(key, { n }), className: first ? 'first' : '' });
      made.addEventListener('click', act);
      return made;
    };
    const { shown, played } = this,
      { then } = lesson;
    if (shown > 1)
      return [
        button('lesson-then-run', 'lesson.then.run', then.iterations, () => this.act.then(then), true),
        button('lesson-run', 'lesson.again', 0, () => this.act.run(lesson)),
      ];
    const run = button('lesson-run', 'lesson.run', lesson.iterations, () => this.act.run(lesson), !played);
    if (shown === 0)
      return [run, button('reveal', 'reveal', 0, () => this.show(1, then ? 'lesson-then' : 'lesson-run'), played)];
    if (!then) return [run];
    const next = button('lesson-then', 'lesson.then', 0, () => this.show(2, 'lesson-then-run'), played);
    next.disabled = !played;
    if (!played) next.title = t('lesson.then.wait', { n: lesson.iterations });
    return [run, next];
  }

  // reached hears how far the lesson has been played.
  reached(step) {
    if (!this.open || this.played || step < this.open.iterations) return;
    this.played = true;
    const { id } = document.activeElement;
    this.write();
    if (this.section.querySelector(`#${CSS.escape(id)}`)) document.getElementById(id).focus();
  }

  // show shows another part, and puts the focus on what follows.
  show(part, focus) {
    this.shown = part;
    this.write();
    const button = document.getElementById(focus);
    (button.disabled ? document.getElementById('lesson-run') : button).focus();
  }

  // begin opens the lesson of that name, or none.
  begin(id) {
    this.open = this.list.find((lesson) => lesson.id === id) ?? null;
    this.shown = 0;
    this.played = false;
    this.write();
  }
}
