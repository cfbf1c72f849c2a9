// The playground's page: what there is, and who tells whom.

import { Algorithm } from './algorithm.js';
import { Game } from './ask.js';
import { connect } from './buttons.js';
import { choose } from './colours.js';
import { Controls } from './controls.js';
import { History } from './curve.js';
import { spread } from './describe.js';
import { Pad } from './drawing.js';
import { Lessons } from './lessons.js';
import { Numbers } from './numbers.js';
import { Film, savePNG } from './save.js';
import { firstScene, nameOf } from './scenes.js';
import { Screen } from './screen.js';
import { minibatch, Transport } from './transport.js';
import { language, plain, speak, t, translate, verbatim, write } from './words.js';

const find = (id) => document.getElementById(id);
const filmed = 50; // frames of a GIF

const watched = 8000; // milliseconds that a part of a lesson takes at least

// Diverged is a game whose numbers are no longer finite.
class Diverged extends Error {}

class Page {
  constructor() {
    this.game = { history: new History() }; // scene, answer, board, view, arrays, d, g, batch
    this.worker = new Game(
      (part) => this.loading(part),
      (why) => this.broken(why),
    );
    this.algorithm = new Algorithm();
    this.numbers = new Numbers(find('numbers'));
    this.controls = new Controls(
      find('controls'),
      (change) => this.change(change),
      () => this.screen.change(),
      () => this.draw(),
    );
    this.screen = new Screen(this.game, this.controls, () => this.words());
    this.transport = new Transport(this);
    this.pad = new Pad(
      (cloud, dim) => this.drawn(cloud, dim),
      () => this.closePad(),
      (key) => this.say(key),
    );
    this.lessons = new Lessons([], {
      run: (lesson) => this.playLesson(lesson),
      again: () => this.follow(),
      then: (part) => this.playThen(part),
      close: () => this.closeLesson(),
    });
    connect(this);
  }

  ask(name, args, bytes) {
    return this.worker.call(name, args, bytes);
  }

  // say says words in the reader's language, and again where that changes.
  say(key, values) {
    this.said = [key, values];
    const words = key ? t(key, values) : '';
    write(find('status'), this.why ? this.farewell() : words);
  }

  // here says where the game is.
  here() {
    this.say('at', { step: this.game.view.step });
  }

  // broken takes leave: without its program the page can be looked at, and its language changed, but no more.
  broken(why) {
    this.why = why;
    this.transport.pause(true);
    find('progress').hidden = true;
    for (const id of ['transport', 'offer', 'drawing', 'lesson', 'save', 'controls']) find(id).inert = true;
    this.opening(false);
    this.say();
  }

  // farewell says why there is no program, or no more.
  farewell() {
    const { why, error, ...values } = this.why,
      said = verbatim(why ? plain(t(why, values)) : error);
    return this.game.view ? t('broken', { error: said }) : t('unloaded', { why: said });
  }

  // opening shows whether the page waits for its first game.
  opening(on) {
    const main = document.querySelector('main');
    if (on) main.setAttribute('aria-busy', 'true');
    else main.removeAttribute('aria-busy');
    main.inert = on;
  }

  // failed says what went wrong. A game whose numbers are not finite goes back to where they were.
  async failed(error) {
    const diverged = error instanceof Diverged;
    this.say(diverged ? 'diverged' : 'failed', { error: verbatim(error.message) });
    if (diverged && this.game.view) this.opened(await this.ask('back', { step: this.game.view.step }), ['diverged']);
  }

  loading({ loaded, total }) {
    const progress = find('progress');
    const mb = (n) => (n / 1e6).toFixed(1);
    if (!total) progress.removeAttribute('value');
    else progress.value = loaded / total;
    if (this.game.view) return;
    find('progress').title = total ? t('loading.part', { done: mb(loaded), all: mb(total) }) : t('loading');
    if (loaded === total) this.say('starting');
  }

  async start() {
    this.say('loading');
    const first = firstScene('ring8');
    this.opening(true);
    this.controls.fill(first, false);
    this.algorithm.show(first, false, 2);
    this.lessons.list = (await this.ask('lessons')).result ?? [];
    this.lessons.write();
    await this.follow();
    if (!this.game.view) await this.open({ scene: first }, null, this.refused);
    find('progress').hidden = true;
    this.opening(false);
  }

  // follow opens what the address names: a game or a lesson.
  async follow() {
    const parts = new URLSearchParams(location.hash.slice(1));
    if (parts.has('lang')) this.language(parts.get('lang'));
    if (!parts.has('lesson') && !parts.has('game')) return;
    const lesson = this.lessons.list.find(({ id }) => id === parts.get('lesson'));
    if (parts.has('lesson') && !lesson) {
      this.refused = ['no.lesson'];
      this.say(...this.refused);
      return;
    }
    await this.open({ link: location.hash }, lesson);
  }

  // open opens a game, with its lesson if it has one, and says that, or what is said.
  async open(args, lesson, said) {
    this.transport.pause();
    await this.transport.alone(async () => {
      try {
        const reply = await this.ask('open', args);
        const far = reply.result.scene.steps;
        this.lessons.begin(lesson?.id);
        if (lesson) this.controls.layer('arrows', lesson.id === 'spectral-norm'); // whose arrows it speaks of
        this.opened(reply, lesson ? ['lesson.open', { title: () => lesson.title[language()] }] : said);
        if (lesson) this.lessons.scene = JSON.stringify(this.game.scene);
        this.offer(lesson ? 0 : far);
      } catch (error) {
        const damaged = args.link && !/: want /.test(error.message); // a whole link may hold what is refused
        this.refused = [damaged ? 'link.damaged' : 'failed', { error: verbatim(error.message) }];
        this.say(...this.refused);
      }
    });
  }

  // playFar takes up the offer.
  async playFar() {
    const far = Number(find('offer').dataset.far);
    this.offer(0);
    await this.transport.alone(() => {}); // what is under way may come to it
    if (this.game.view.step < far) this.transport.run(far);
  }

  // offer offers to play up to where a link's game had come.
  offer(far) {
    find('offer').hidden = !far || this.game.view?.step >= far;
    find('offer').firstElementChild.textContent = t('far.offer', { n: far });
    find('offer').lastElementChild.textContent = t('far.play', { n: far });
    find('offer').dataset.far = far;
  }

  // opened shows a game that was opened, changed, or taken back.
  opened({ result, arrays }, said) {
    const { game } = this,
      fresh = result.fresh || !game.board;
    Object.assign(game, {
      scene: result.scene,
      answer: result.answer,
      board: result.board,
      batch: null,
      d: null,
      g: null,
    });
    game.arrays = arrays;
    game.scene.steps = 0;
    game.data = spread(arrays.data, game.board.dim);
    game.reach = undefined;
    if (fresh) game.history.clear();
    this.controls.fill(game.scene, result.view.frozen);
    this.algorithm.show(game.scene, result.view.frozen, game.board.dim);
    this.light();
    this.show({ result: { view: result.view }, arrays }, null);
    this.screen.now();
    for (const id of ['step-d', 'step-g']) find(id).disabled = Boolean(game.scene.simultaneous);
    if (said) this.say(...said);
    else if (fresh && game.begun) this.say('began', { data: () => plain(t(`data.${nameOf(game.scene)}`)) });
    else if (fresh) this.say('ready');
    game.begun = true;
  }

  // take takes what a move or a frame has brought, and the minibatch to be shown with it.
  take({ result, arrays }, batch = null) {
    if (result.view.diverged) throw new Diverged();
    this.show({ result, arrays }, batch);
  }

  show({ result, arrays }, batch) {
    const { game } = this;
    Object.assign(game.arrays, arrays);
    game.view = result.view;
    game.moves = result.view.moves;
    if (result.d?.player) game.d = result.d;
    if (result.g?.player) game.g = result.g;
    game.batch = batch;
    if (game.answer === 'score') this.reach(arrays.d);
    game.history.add(result.view, result.d, result.g);
    const offer = find('offer');
    if (!offer.hidden && result.view.step >= Number(offer.dataset.far)) this.offer(0);
    this.screen.change();
  }

  // reach is how far the scale of a score goes, followed slowly so that it does not jump.
  reach(d) {
    let most = 0.5;
    for (const v of d) if (Math.abs(v) > most) most = Math.abs(v);
    const { game } = this;
    game.reach = game.reach === undefined ? most : game.reach + 0.1 * (most - game.reach);
  }

  // preview shows the minibatch of a player's move, of which nothing else is seen yet.
  preview(player, batch, { result }) {
    const { game } = this;
    game.batch = batch;
    if (player === 'd') Object.assign(game, { d: null, moves: result.view.moves });
    else game.g = null;
    for (const [what, values] of Object.entries({ noise: batch.z, generated: batch.gz, data: batch.x }))
      game.arrays[`${player}_${what}`] = values;
    this.screen.now();
    this.screen.change();
  }

  light(...lines) {
    this.algorithm.light(...lines);
  }

  // words writes the numbers of the moment.
  words() {
    const { game } = this,
      { view, arrays } = game;
    this.numbers.show(game);
    if (JSON.stringify(game.scene) === this.lessons.scene) this.lessons.reached(view.step);
    this.algorithm.numbers({
      d: game.d,
      g: game.g,
      moves: game.moves,
      dBatch: minibatch(arrays, 'd'),
      gBatch: minibatch(arrays, 'g'),
    });
    const back = find('back');
    back.min = view.earliest;
    back.max = view.furthest;
    if (document.activeElement !== back || this.transport.running) back.value = view.step;
    find('step').textContent = view.step;
  }

  // change plays on with other settings.
  async change({ make, field, said }) {
    this.transport.goOn();
    const { game } = this;
    await this.transport.alone(async () => {
      const { scene, frozen } = make(game.scene, game.view.frozen);
      try {
        const reply = await this.ask('change', { scene, frozen });
        this.offer(0);
        if (this.lessons.open && (field === 'data' || field === 'drawing')) this.closeLesson();
        this.opened(reply, field === 'data' || field === 'drawing' || !reply.result.fresh ? undefined : ['anew']);
        if (!reply.result.fresh)
          this.say(
            field === 'objective' && scene.objective.name === 'wasserstein' && !scene.penalty
              ? 'hint.wasserstein'
              : 'went',
          );
        if (said) this.say(...said);
      } catch (error) {
        this.say(...this.controls.refuse(error.message, field));
      }
    });
    if (field === 'data' && nameOf(game.scene).startsWith('drawn')) this.draw();
    else if (field === 'data') this.closePad();
  }

  draw() {
    this.transport.pause();
    find('pictures').hidden = true;
    this.pad.open(this.game.scene.data.cloud, this.game.board.dim);
  }

  closePad() {
    if (find('drawing').hidden) return;
    this.pad.close();
    find('pictures').hidden = false;
    this.screen.change();
  }

  // drawn plays with what was drawn.
  async drawn(cloud) {
    this.closePad();
    const make = (scene) => ({ scene: { ...scene, data: { cloud } }, frozen: false });
    await this.change({ make, field: 'drawing' });
    find('play').focus();
  }

  // playLesson plays a lesson to its end: from its beginning where the game is past that, or another.
  async playLesson({ iterations }) {
    const { game, lessons } = this;
    const another = JSON.stringify(game.scene) !== lessons.scene || game.view.frozen;
    if (another || game.view.step >= iterations) await this.open({ scene: JSON.parse(lessons.scene) });
    this.transport.run(iterations, watched);
  }

  // playThen plays the second part of a lesson.
  async playThen({ scene, frozen, fresh, iterations }) {
    await this.transport.once(async () => {
      if (fresh) this.opened(await this.ask('open', { scene }));
      else this.opened(await this.ask('change', { scene, frozen: Boolean(frozen) }));
    });
    this.transport.run(this.game.view.step + iterations, watched);
  }

  closeLesson() {
    this.lessons.begin(null);
    history.replaceState(null, '', location.pathname + location.search);
  }

  // told shows whether the game runs; quietly, it is not said that it has paused.
  told(quietly) {
    const { running } = this.transport,
      play = find('play');
    play.setAttribute('aria-pressed', running);
    play.textContent = t(running ? 'pause' : 'play');
    if (!this.game.view) return;
    if (running) {
      this.game.batch = null;
      if (matchMedia('(max-width: 760px)').matches) find('pictures').scrollIntoView({ block: 'nearest' });
    }
    this.screen.now();
    this.screen.change();
    if (quietly) return;
    if (!running)
      this.transport.alone(() => this.transport.running || this.say('paused', { step: this.game.view.step }));
    else if (this.transport.until < Infinity) this.say('playing.to', { n: this.transport.until });
    else this.say();
  }

  language(lang) {
    speak(lang);
    find('lang').value = document.documentElement.lang;
    keep('lang', document.documentElement.lang);
    translate(document);
    this.lessons.write();
    if (this.said) this.say(...this.said);
    this.offer(Number(find('offer').dataset.far) || 0);
    find('play').textContent = t(this.transport.running ? 'pause' : 'play');
    const { game } = this;
    if (!game.view) return;
    this.controls.fill(game.scene, game.view.frozen);
    this.algorithm.show(game.scene, game.view.frozen, game.board.dim);
    if (!find('drawing').hidden) this.pad.draw();
    this.screen.now();
    this.screen.change();
  }

  theme(name) {
    choose(name);
    find('theme').value = name;
    keep('theme', name);
    this.screen.change();
    if (!find('drawing').hidden) this.pad.draw();
  }

  toggle() {
    if (this.transport.running) this.transport.pause();
    else this.transport.run();
  }

  restart() {
    return this.transport.once(async () =>
      this.opened(await this.ask('open', { scene: { ...this.game.scene, steps: 0 } })),
    );
  }

  async link() {
    try {
      const { result } = await this.ask('link');
      history.replaceState(null, '', `#${result}`);
    } catch (error) {
      await this.failed(error);
      return;
    }
    try {
      await navigator.clipboard.writeText(location.href);
      this.say('copied');
    } catch {
      this.say('copied.not');
    }
  }

  async png() {
    try {
      this.say('saved', { name: await savePNG(this.game, this.controls.show) });
    } catch (error) {
      await this.failed(error);
    }
  }

  // film records the game as it runs, until there are enough frames, it shows something else, or somebody pauses.
  film() {
    const film = new Film((...args) => this.ask(...args), this.controls.show),
      { transport } = this,
      progress = find('progress');
    find('gif').disabled = true;
    progress.value = 0;
    progress.hidden = false;
    transport.filmed = {
      add: async () => {
        const fits = await film.add(this.game);
        progress.value = film.frames / filmed;
        if (!fits || film.frames === filmed) transport.pause(true);
      },
      end: () =>
        transport.alone(async () => {
          try {
            if (film.frames > 0) this.say('saved', { name: await film.end() });
          } catch (error) {
            await this.failed(error);
          } finally {
            find('gif').disabled = false;
            progress.hidden = true;
          }
        }),
    };
    transport.run();
    this.say('recording', { of: filmed });
  }
}

function keep(key, value) {
  try {
    localStorage.setItem(`gan-playground-${key}`, value);
  } catch {
    /* a browser that keeps nothing */
  }
}

function kept(key) {
  try {
    return localStorage.getItem(`gan-playground-${key}`);
  } catch {
    return null;
  }
}

// named is what the address says.
const named = (key) => new URLSearchParams(location.hash.slice(1)).get(key);

const page = new Page();
window.playground = {
  get view() {
    return page.game.view;
  },
  get scene() {
    return page.game.scene;
  },
  call: (name, args) => page.ask(name, args),
  frameTimes: page.transport.frameTimes,
};
page.theme(kept('theme') ?? 'auto');
page.language(named('lang') ?? kept('lang') ?? (navigator.language.startsWith('ko') ? 'ko' : 'en'));
page.start().catch((error) => page.why || page.broken({ error: error.message }));
