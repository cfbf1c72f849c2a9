// The lessons: predict first, then see what to look at, then run; some go on with other settings.

import { language, t, write } from './words.js';

const node = (tag, properties, ...children) => {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
};

// marked is a lesson's text with its symbols marked.
const marked = (text) => text.replaceAll('*', '^∗^').replace(/\bp_(data|g|z)\b/g, '*p*_$1_');

// paragraph is a text below a bold heading.
function paragraph(id, heading, text) {
  const words = node('span', {});
  write(words, marked(text));
  return node('p', { id }, node('b', { textContent: `${heading}. ` }), words);
}

export class Lessons {
  // act has run(iterations), then(part) and close().
  constructor(list, act) {
    this.list = list ?? [];
    this.act = act;
    this.nav = document.getElementById('lessons');
    this.section = document.getElementById('lesson');
    this.open = null;
    this.shown = 0; // parts: to predict, what to look at, what comes then
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
        return link;
      }),
    );
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

  // buttons are those of the part that is shown.
  buttons(lesson) {
    const button = (id, text, act, first) => {
      const made = node('button', { type: 'button', id, textContent: text, className: first ? 'first' : '' });
      made.addEventListener('click', act);
      return made;
    };
    if (this.shown === 0) return [button('reveal', t('reveal'), () => this.show(1, 'lesson-run'))];
    const run = button(
      'lesson-run',
      t('lesson.run', { n: lesson.iterations }),
      () => this.act.run(lesson.iterations),
      this.shown === 1,
    );
    if (!lesson.then) return [run];
    if (this.shown === 1) return [run, button('lesson-then', t('lesson.then'), () => this.show(2, 'lesson-then-run'))];
    return [
      button(
        'lesson-then-run',
        t('lesson.then.run', { n: lesson.then.iterations }),
        () => this.act.then(lesson.then),
        true,
      ),
    ];
  }

  // show shows another part, and puts the focus on what follows.
  show(part, focus) {
    this.shown = part;
    this.write();
    document.getElementById(focus).focus();
  }

  // begin opens the lesson of that name, or none.
  begin(id) {
    this.open = this.list.find((lesson) => lesson.id === id) ?? null;
    this.shown = 0;
    this.write();
    return this.open;
  }
}
