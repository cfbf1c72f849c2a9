// Running and stepping: one thing after the other, a frame of the screen at most ahead of what is seen.

const beat = 750; // milliseconds that a line of slow motion stays lit
const share = { most: 1000, ms: 8 };

// minibatch is that of the last move of a player, 'd' or 'g'; there is no x in one of G.
export const minibatch = (arrays, player) => ({
  z: arrays[`${player}_noise`],
  gz: arrays[`${player}_generated`],
  x: arrays[`${player}_data`],
});

export class Transport {
  // page has ask, take, screen, stage, and told.
  constructor(page) {
    this.page = page;
    this.running = false;
    this.slow = false;
    this.turn = 0;
    this.frameTimes = [];
    this.queue = Promise.resolve();
    document.addEventListener('visibilitychange', () => this.wake?.());
  }

  // alone does one thing once all before it is done.
  alone(act) {
    const done = this.queue.then(act);
    this.queue = done.catch(() => {});
    return done;
  }

  // run plays up to an iteration, no sooner than in so many milliseconds.
  async run(until = Infinity, within = 0) {
    const from = this.page.game.view.step;
    Object.assign(this, { until, from, began: performance.now(), apart: within / (until - from) });
    if (this.running) return;
    this.running = true;
    this.page.closePad();
    this.page.told();
    const turn = ++this.turn; // a turn that was paused does not go on with the next
    this.time(turn);
    while (this.running && this.turn === turn) {
      if (document.hidden)
        await new Promise((resolve) => {
          this.wake = resolve;
        });
      else {
        const next = performance.now() + this.apart;
        await this.alone(() => this.running && this.part(() => (this.slow ? this.slowly() : this.frame())));
        if (this.apart) await new Promise((resolve) => setTimeout(resolve, next - performance.now()));
      }
    }
  }

  pause(quietly = false) {
    if (!this.running) return;
    this.running = false;
    this.wake?.();
    this.goOn();
    this.page.told(quietly || Boolean(this.filmed));
    this.filmed?.end();
    this.filmed = null;
  }

  // goOn ends what slow motion still has to show.
  goOn() {
    this.hurry = true;
    this.skip?.();
  }

  // time keeps the intervals between frames of the screen.
  time(turn, last) {
    requestAnimationFrame((now) => {
      if (!this.running || this.turn !== turn) return;
      if (last && !document.hidden) this.frameTimes.push(now - last);
      if (this.frameTimes.length > 3600) this.frameTimes.splice(0, 600);
      this.time(turn, document.hidden ? undefined : now);
    });
  }

  // part plays a part of a run, as act does, and ends the run where it was to end or cannot go on.
  async part(act) {
    try {
      await act();
      await this.filmed?.add();
      if (this.page.game.view.step >= this.until) this.pause();
    } catch (error) {
      this.pause(true);
      await this.page.failed(error);
    }
  }

  // frame plays some iterations. They are shown while the next ones are played.
  async frame() {
    const { page } = this,
      { step } = page.game.view,
      due = this.apart ? this.from + Math.round((performance.now() - this.began) / this.apart) : Infinity;
    const most = Math.max(1, Math.min(share.most, this.until - step, due - step));
    const reply = await page.ask('frame', { ...share, most });
    await page.screen.drawn;
    page.take(reply);
    page.light(...this.last());
  }

  // last are the lines that end an iteration.
  last() {
    const { scene, view } = this.page.game;
    if (scene.simultaneous) return ['line-d', 'line-g'];
    return [view.frozen ? 'line-d' : 'line-g'];
  }

  // slowly plays the next move, line after line.
  async slowly() {
    this.hurry = false;
    const { scene, view } = this.page.game;
    if (scene.simultaneous) await this.both();
    else await this.move(view.moves < scene.k ? 'moveD' : 'moveG');
  }

  // move makes one move; in slow motion its minibatch is shown as it is drawn, and then what it changes.
  async move(name) {
    const { page } = this,
      reply = await page.ask(name),
      { arrays } = reply;
    const ofD = name === 'moveD';
    if (this.slow) {
      if (ofD) await this.stagesOfD(reply);
      else await this.stage('g', 'line-noise-g', minibatch(arrays, 'g'), reply);
    }
    page.take(reply, minibatch(arrays, ofD ? 'd' : 'g'));
    page.light(ofD ? 'line-d' : 'line-g');
    if (this.slow) await this.wait(1.4 * beat);
  }

  // both is an iteration in which both move at once.
  async both() {
    const { page } = this,
      reply = await page.ask('frame', { most: 1, ms: 1 }),
      { arrays } = reply;
    if (this.slow) await this.stagesOfD(reply);
    page.take(reply, minibatch(arrays, 'd'));
    page.light('line-d', 'line-g');
    if (this.slow) await this.wait(1.4 * beat);
  }

  // stagesOfD shows how D's minibatch is drawn.
  async stagesOfD(reply) {
    const batch = minibatch(reply.arrays, 'd');
    await this.stage('d', 'line-noise-d', { ...batch, x: undefined }, reply);
    await this.stage('d', 'line-data', batch, reply);
  }

  // stage lights a line and shows a minibatch before the player moves.
  async stage(player, line, batch, reply) {
    this.page.light(line);
    this.page.preview(player, batch, reply);
    await this.wait(beat);
  }

  // wait passes the time, unless somebody wants to go on.
  wait(ms) {
    if (this.hurry) return undefined;
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.skip = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  // once does one thing on request: what runs is paused.
  once(act) {
    this.pause();
    this.goOn();
    this.page.closePad();
    return this.alone(async () => {
      this.hurry = false;
      try {
        await act();
      } catch (error) {
        await this.page.failed(error);
      }
    });
  }

  step(name) {
    return this.once(async () => {
      await (this.page.game.scene.simultaneous ? this.both() : this.move(name));
      this.page.here();
    });
  }

  iterate() {
    return this.once(async () => {
      const { page } = this;
      if (this.slow && !page.game.scene.simultaneous) {
        const { k } = page.game.scene;
        while (page.game.view.moves < k) await this.move('moveD');
        await this.move('moveG');
        page.here();
        return;
      }
      const reply = await page.ask('frame', { most: 1, ms: 1 }),
        { arrays } = reply;
      const { z, gz } = minibatch(arrays, arrays.g_noise?.length ? 'g' : 'd');
      page.take(reply, { z, gz, x: arrays.d_data });
      page.light(...this.last());
      page.here();
    });
  }

  // back goes to an iteration. Of many that are asked for at once, the last counts.
  back(step) {
    this.wanted = step;
    return this.once(async () => {
      if (this.wanted !== step) return;
      this.page.opened(await this.page.ask('back', { step }));
      this.page.here();
    });
  }
}
