// The lessons: predict first, then see what to look at, then run.

import { language, t } from './words.js';

export class Lessons {
  // run hears how many iterations a lesson wants.
  constructor(list, run, close) {
    this.list = list ?? [];
    this.run = run;
    this.close = close;
    this.nav = document.getElementById('lessons');
    this.section = document.getElementById('lesson');
    this.open = null;
    this.revealed = false;
    this.write();
  }

  // write writes all in the reader's language.
  write() {
    const lang = language();
    this.nav.hidden = this.list.length === 0;
    const heading = Object.assign(document.createElement('span'), { textContent: t('lessons') });
    this.nav.replaceChildren(heading, ...this.list.map((lesson, i) => {
      const link = Object.assign(document.createElement('a'), { href: `#lesson=${lesson.id}`, textContent: `${i + 1}. ${lesson.title[lang]}` });
      if (lesson === this.open) link.setAttribute('aria-current', 'true');
      return link;
    }));
    this.writeOpen(lang);
  }

  writeOpen(lang) {
    const lesson = this.open;
    this.section.hidden = !lesson;
    if (!lesson) return;
    const node = (tag, properties) => Object.assign(document.createElement(tag), properties);
    const close = node('button', { type: 'button', className: 'close', textContent: '×' });
    close.setAttribute('aria-label', t('lesson.close'));
    close.addEventListener('click', () => this.close());
    const predict = node('p', {});
    predict.append(node('b', { textContent: `${t('predict')}. ` }), lesson.predict[lang]);
    const reveal = node('button', { type: 'button', id: 'reveal', textContent: t('reveal'), hidden: this.revealed });
    reveal.addEventListener('click', () => this.reveal());
    const run = node('button', { type: 'button', id: 'lesson-run', className: 'first', textContent: t('lesson.run', { n: lesson.iterations }), hidden: !this.revealed || !lesson.iterations });
    run.addEventListener('click', () => this.run(lesson.iterations));
    const look = node('p', { id: 'look', hidden: !this.revealed });
    look.append(node('b', { textContent: `${t('look')}. ` }), lesson.look[lang]);
    if (lesson.notebook) look.append(' ', node('small', { textContent: t('lesson.notebook', { name: lesson.notebook }) }));
    const row = node('div', {});
    row.append(reveal, run);
    this.section.replaceChildren(close, node('h2', { id: 'lesson-title', textContent: lesson.title[lang] }), predict, look, row);
  }

  reveal() {
    this.revealed = true;
    this.write();
    document.getElementById('lesson-run').focus();
  }

  // show opens the lesson of that name, or none.
  show(id) {
    this.open = this.list.find((lesson) => lesson.id === id) ?? null;
    this.revealed = false;
    this.write();
    return this.open;
  }
}
