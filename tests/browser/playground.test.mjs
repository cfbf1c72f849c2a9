// What somebody does on the playground's page, in a browser. `make playground-test` runs it. It asserts no time: what it
// measures it prints, and writes into build/playground/measured.json.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { buildGan, checkout, elsewhere, faults, openBrowser, openPage, startServer, widths } from './chromium.mjs';

const out = path.join(checkout, 'build/playground');
const run = promisify(execFile);
const measured = {};
let server, browser, page, errors;

before(async () => {
  await rm(out, { recursive: true, force: true });
  await mkdir(out, { recursive: true });
  server = await startServer(await buildGan(out), 'playground', '--no-browser', '--port', '0');
  browser = await openBrowser();
  browser.context.setDefaultTimeout(3 * 60_000);
});

after(async () => {
  await browser?.stop();
  await server?.stop();
  await writeFile(path.join(out, 'measured.json'), JSON.stringify(measured, null, 1));
  console.log(measured);
});

// open opens the page, with a fragment such as lesson=figure-1, and waits until there is something to see.
async function open(fragment = '') {
  await page?.close();
  ({ page, errors } = await openPage(browser.context, server.url + (fragment ? `#${fragment}` : '')));
  await page.waitForFunction(() => window.playground?.view);
}

// view, scene are what the page shows.
const view = () => page.evaluate(() => window.playground.view);
const scene = () => page.evaluate(() => window.playground.scene);
const call = (name, args) => page.evaluate(([name, args]) => window.playground.call(name, args).then((r) => r.result ?? r), [name, args]);

// settled waits until the page shows a view for which the condition holds.
const settled = (condition, arg) => page.waitForFunction(condition, arg);

// set sets a control, as a hand would, and waits until the scene follows.
async function set(name, value, key) {
  const field = page.locator(`#controls [name="${name}"]`);
  await reveal(field);
  const kind = await field.evaluate((e) => (e.tagName === 'SELECT' ? 'select' : e.type));
  if (kind === 'select') await field.selectOption(String(value));
  else if (kind === 'checkbox') await field.setChecked(value);
  else { await field.fill(String(value)); await field.press('Enter'); await field.blur(); }
  if (!key) return;
  try {
    await settled(([key, value]) => key.split('.').reduce((o, k) => o?.[k], window.playground.scene) === value, [key, value]);
  } catch (error) {
    throw new Error(`${name} set to ${value}: ${key} does not follow, and the page says ${await page.locator('#status').innerText()}`, { cause: error });
  }
}

// reveal opens the group of controls that a field is in.
async function reveal(field) {
  for (const group of await field.locator('xpath=ancestor::details').all()) {
    if (!(await group.evaluate((e) => e.open))) await group.locator('summary').first().click();
  }
}

async function shot(name) { await page.screenshot({ path: path.join(out, `${name}.png`) }); }

test('the page shows a game, and takes a click', async () => {
  const began = Date.now();
  await open();
  await page.locator('#iterate').click();
  await settled(() => window.playground.view.step === 1);
  measured.first_interaction_ms = Date.now() - began;
  assert.deepEqual(errors, []);
});

test('moves, iterations, and back to any of them', async () => {
  await open();
  const start = await view();
  await page.locator('#step-d').click();
  await settled(() => window.playground.view.moves === 1);
  await page.locator('#step-g').click();
  await settled(() => window.playground.view.step === 1 && window.playground.view.moves === 0);
  const one = await view();
  assert.notEqual(one.d_real, start.d_real);
  for (let i = 2; i <= 4; i++) {
    await page.locator('#iterate').click();
    await settled((i) => window.playground.view.step === i, i);
  }
  const four = await view();
  for (const [step, want] of [[1, one], [4, four], [0, start]]) {
    await page.locator('#back').evaluate((e, step) => { e.value = step; e.dispatchEvent(new Event('input', { bubbles: true })); e.dispatchEvent(new Event('change', { bubbles: true })); }, step);
    await settled((step) => window.playground.view.step === step, step);
    const now = await view();
    for (const name of ['v', 'd_real', 'd_fake', 'jsd']) assert.equal(now[name], want[name], `${name} at iteration ${step}`);
  }
  await page.locator('#play').click();
  await settled(() => window.playground.view.step > 5);
  await page.locator('#play').click();
  assert.equal(await page.locator('#play').getAttribute('aria-pressed'), 'false');
  const paused = (await view()).step;
  await page.waitForTimeout(300);
  assert.ok((await view()).step <= paused + 50, 'one frame may still have been under way');
  await page.locator('#restart').click();
  await settled(() => window.playground.view.step === 0);
  assert.equal((await view()).v, start.v);
  assert.deepEqual(errors, []);
});

test('every control changes the game as it says', async () => {
  await open();
  await set('data', 'ring8', 'data.set');
  for (const [name, value, key] of [
    ['seed', 3, 'seed'], ['batch_size', 32, 'batch_size'], ['k', 2, 'k'],
    ['objective', 'least-squares', 'objective.name'], ['objective', 'hinge', 'objective.name'],
    ['objective', 'wasserstein', 'objective.name'], ['objective', 'minimax', 'objective.name'],
    ['objective', 'non-saturating', 'objective.name'],
    ['noise', 'uniform', 'noise.noise'], ['noise_dim', 4, 'noise.dim'],
    ['rule', 'momentum', 'x'], ['rule', 'adam', 'x'],
    ['g_rate', 0.001, 'generator_rule.adam.learning_rate'], ['d_rate', 0.003, 'discriminator_rule.adam.learning_rate'],
    ['momentum', 0.4, 'generator_rule.adam.beta1'],
    ['penalty', 'r1', 'penalty.kind'], ['penalty_weight', 2, 'penalty.weight'],
    ['flip_real', 0.1, 'flip_real'], ['flip_fake', 0.2, 'flip_fake'], ['smooth_real', 0.15, 'smooth_real'],
    ['noise_std', 0.2, 'instance_noise.std'], ['noise_steps', 300, 'instance_noise.steps'], ['average_g', 0.9, 'average_g'],
    ['g_spectral', true, 'generator.spectral_norm'], ['d_spectral', true, 'discriminator.spectral_norm'],
    ['activation', 'tanh', 'generator.mlp.activation'],
  ]) {
    await set(name, value, key === 'x' ? undefined : key);
  }
  await settled(() => window.playground.scene.generator_rule.adam);
  await set('g_width', 16); await set('g_depth', 1); await set('d_width', 24); await set('d_depth', 3);
  await settled(() => JSON.stringify(window.playground.scene.generator.mlp.hidden) === '[16]'
    && JSON.stringify(window.playground.scene.discriminator.mlp.hidden) === '[24,24,24]');
  await page.locator('#iterate').click();
  await settled(() => window.playground.view.step >= 1);
  await set('k', 1, 'k');
  await set('simultaneous', true, 'simultaneous');
  const before = (await view()).step;
  await page.locator('#iterate').click();
  await settled((before) => window.playground.view.step === before + 1, before);
  await set('simultaneous', false);
  await settled(() => !window.playground.scene.simultaneous);
  await set('frozen', true);
  await settled(() => window.playground.view.frozen);
  const frozen = await view();
  await page.locator('#iterate').click();
  await settled((step) => window.playground.view.step === step + 1, frozen.step);
  assert.deepEqual((await view()).mean, frozen.mean, 'a frozen G stays');
  assert.deepEqual(errors, []);
});

for (const [name, dim] of [['normal', 1], ['two-normals', 1], ['ring8', 2], ['grid25', 2], ['swiss-roll', 2], ['moons', 2]]) {
  test(`p_data can be ${name}`, async () => {
    await open();
    await set('data', name);
    await settled((dim) => window.playground.scene.generator.mlp.output[0] === dim && window.playground.view.step === 0, dim);
    await page.locator('#iterate').click();
    await settled(() => window.playground.view.step === 1);
    assert.equal(await page.locator('#best').isVisible(), dim === 2);
    await shot(`data-${name}`);
    assert.deepEqual(errors, []);
  });
}

for (const name of ['drawn-1d', 'drawn-2d']) {
  test(`p_data can be ${name}`, async () => {
    await open();
    await set('data', name);
    await page.locator('#pad').waitFor();
    const box = await page.locator('#pad').boundingBox();
    const at = (x, y) => [box.x + x * box.width, box.y + y * box.height];
    await page.mouse.move(...at(0.3, 0.5));
    await page.mouse.down();
    for (let i = 0; i <= 20; i++) await page.mouse.move(...at(0.3 + i * 0.02, 0.5 - 0.2 * Math.sin(i / 3)));
    await page.mouse.up();
    await page.locator('#pad-use').click();
    await settled(() => window.playground.scene.data.cloud?.means.length > 3);
    await page.locator('#iterate').click();
    await settled(() => window.playground.view.step >= 1);
    await shot(name);
    assert.deepEqual(errors, []);
  });
}

test('Algorithm 1 shows the numbers of the step', async () => {
  await open();
  await set('data', 'ring8', 'data.set');
  await page.locator('#step-d').click();
  await settled(() => window.playground.view.moves === 1);
  assert.match(await page.locator('#line-d').innerText(), /−?\d*\.\d+/);
  assert.equal(await page.locator('#algorithm .lit').count(), 1);
  const spreads = (line, n) => settled(
    ([line, n]) => (document.querySelector(line).innerText.match(/mean \(−?\d*\.\d+, −?\d*\.\d+\)/g) ?? []).length === n, [line, n]);
  await spreads('#line-noise-d', 2); // of z, and of G(z)
  await spreads('#line-noise-g', 0); // G has not drawn any
  await page.locator('#step-g').click();
  await settled(() => window.playground.view.step === 1);
  assert.match(await page.locator('#line-g').innerText(), /−?\d*\.\d+/);
  await spreads('#line-noise-g', 2);
  await page.locator('#slow').check();
  await page.locator('#play').click();
  const lit = new Set();
  for (let i = 0; i < 200 && lit.size < 5; i++) {
    for (const id of await page.locator('#algorithm .lit').evaluateAll((all) => all.map((e) => e.id))) lit.add(id);
    await page.waitForTimeout(50);
  }
  assert.deepEqual([...lit].sort(), ['line-d', 'line-data', 'line-g', 'line-noise-d', 'line-noise-g']);
  await page.locator('#line-noise-d.lit').waitFor();
  await shot('slow-motion');
  assert.deepEqual(errors, []);
});

test('noise of another dimension is drawn too', async () => {
  for (const [data, dim, shown] of [['normal', 1, 'slow-motion-1d'], ['ring8', 5]]) {
    await open();
    await set('data', data, 'data.set');
    await set('noise_dim', dim, 'noise.dim');
    await page.locator('#step-d').click();
    await settled(() => window.playground.view.moves === 1);
    await settled(() => /𝑧\s*=\s*mean −?\d*\.\d+, std \d*\.\d+/.test(document.querySelector('#line-noise-d').innerText));
    if (shown) await shot(shown);
    assert.deepEqual(errors, []);
  }
});

test('a link is a state, and gan train repeats its first iteration', async () => {
  await open();
  await set('data', 'ring8', 'data.set');
  await set('seed', 5, 'seed');
  await page.locator('#iterate').click();
  await settled(() => window.playground.view.step === 1);
  await page.locator('#link').click();
  await settled(() => location.hash.includes('game='));
  const hash = new URL(page.url()).hash;
  const want = await scene();
  const dir = path.join(out, 'run');
  const env = { ...process.env, GOEXPERIMENT: '' };
  await run('go', ['run', './cmd/gan', 'train', '--from', hash, '--steps', '1', '--set', 'record_every=1', '--backend', 'go', '-d', dir], { cwd: checkout, env });
  const [record] = (await readFile(path.join(dir, 'history.jsonl'), 'utf8')).split('\n').filter(Boolean).map(JSON.parse).filter((r) => r.step === 1);
  await open(hash.slice(1));
  const got = await scene();
  for (const key of ['seed', 'batch_size', 'k']) assert.equal(got[key], want[key]);
  await page.locator('#restart').click();
  await settled(() => window.playground.view.step === 0);
  const { d } = await call('frame', { most: 1, ms: 1e9 });
  const values = record.values ?? record;
  for (const [name, native] of [['real_term', values.log_d_real], ['fake_term', values.log_1md_fake]]) {
    assert.ok(Math.abs(d[name] - native) < 1e-6, `${name}: ${d[name]} in the browser, ${native} natively`);
  }
  assert.deepEqual(errors, []);
});

test('a game that diverges says so, and can be gone on with', async () => {
  await open();
  await set('data', 'ring8', 'data.set');
  await set('rule', 'momentum');
  await settled(() => window.playground.scene.generator_rule.momentum);
  for (const name of ['g_rate', 'd_rate']) await set(name, 1e30);
  await page.locator('#play').click();
  await page.locator('#status').getByText('diverged').waitFor();
  assert.equal(await page.locator('#play').getAttribute('aria-pressed'), 'false');
  assert.equal((await view()).diverged, false);
  for (const name of ['g_rate', 'd_rate']) await set(name, 0.01);
  await page.locator('#restart').click();
  await settled(() => window.playground.view.step === 0);
  await page.locator('#iterate').click();
  await settled(() => window.playground.view.step === 1);
  assert.deepEqual(errors, []);
});

test('what cannot be had is said: a lesson, a link, the program', async () => {
  await open();
  await page.locator('#iterate').click();
  await settled(() => window.playground.view.step === 1);
  for (const [hash, says] of [['lesson=none', 'no such lesson'], ['game=AAAA', 'damaged']]) {
    await page.evaluate((hash) => { location.hash = hash; }, hash);
    await page.locator('#status').getByText(says).waitFor();
    assert.equal((await view()).step, 1, 'the game goes on as it was');
  }
  assert.deepEqual(errors, []);
  await page.close();
  page = await browser.context.newPage();
  await page.route('**/gan.wasm.gz', (route) => route.fulfill({ status: 404, body: 'gone' }));
  await page.goto(server.url);
  await page.locator('#status').getByText('404').waitFor();
  assert.equal(await page.locator('#progress').isVisible(), false);
});

test('a picture and an animation can be saved', async () => {
  await open();
  for (const [id, magic] of [['png', '\x89PNG'], ['gif', 'GIF89a']]) {
    const saved = page.waitForEvent('download');
    await page.locator(`#${id}`).click();
    const file = await (await saved).path();
    const content = await readFile(file);
    assert.equal(content.subarray(0, magic.length).toString('latin1'), magic);
    assert.ok(content.length > 2000);
    await writeFile(path.join(out, `saved.${id}`), content);
  }
  assert.deepEqual(errors, []);
});

test('every lesson opens by its link, in two languages, and reaches its end', async () => {
  await open();
  const lessons = await call('lessons');
  assert.equal(lessons.length, 8);
  for (const lesson of lessons) {
    for (const lang of ['en', 'ko']) {
      await open(`lesson=${lesson.id}&lang=${lang}`);
      const words = (text) => page.locator('#lesson').getByText(text.replace(/[_*^]/g, '').slice(0, 20)).first();
      await words(lesson.title[lang]).waitFor();
      await words(lesson.predict[lang]).waitFor();
      assert.ok(!(await words(lesson.look[lang]).isVisible()), 'predict first');
      await page.locator('#reveal').click();
      await words(lesson.look[lang]).waitFor();
    }
    await page.locator('#play').click();
    await settled((n) => window.playground.view.step >= n, lesson.iterations);
    await page.locator('#play').click();
    await shot(`lesson-${lesson.id}`);
    assert.deepEqual(errors, [], lesson.id);
  }
});

test('by keyboard alone', async () => {
  await open();
  await page.locator('body').press('i');
  await settled(() => window.playground.view.step === 1);
  await page.keyboard.press('d');
  await settled(() => window.playground.view.moves === 1);
  await page.keyboard.press('g');
  await settled(() => window.playground.view.step === 2);
  for (const group of await page.locator('details:not([open]) > summary').all()) await group.click();
  await page.locator('body').click({ position: { x: 1, y: 1 } });
  const reached = new Set();
  for (let i = 0; i < 150; i++) {
    await page.keyboard.press('Tab');
    reached.add(await page.evaluate(() => document.activeElement?.name || document.activeElement?.id));
  }
  for (const id of ['play', 'step-d', 'step-g', 'iterate', 'restart', 'back', 'link', 'png', 'gif', 'data', 'lang']) assert.ok(reached.has(id), `Tab does not reach ${id}`);
  assert.deepEqual(errors, []);
});

test('readable: no fault that axe knows, light and dark, in two languages', async () => {
  for (const scheme of ['light', 'dark']) {
    for (const lang of ['en', 'ko']) {
      await open(`lang=${lang}`);
      await page.emulateMedia({ colorScheme: scheme });
      assert.deepEqual(await faults(page), [], `${scheme}, ${lang}`);
      await shot(`first-${scheme}-${lang}`);
    }
  }
});

test('a phone shows it without scrolling sideways', async () => {
  await open('lang=ko');
  for (const width of [360, 768, 1280]) {
    await page.setViewportSize({ width, height: 800 });
    const [inner, scroll] = await widths(page);
    assert.ok(scroll <= inner, `${scroll} pixels wide at ${inner}`);
    await shot(`width-${width}`);
  }
});

test('frames while the ring trains at 2×32', async () => {
  await open();
  await set('data', 'ring8', 'data.set');
  await settled(() => JSON.stringify(window.playground.scene.generator.mlp.hidden) === '[32,32]');
  await page.locator('#play').click();
  await page.waitForTimeout(1000);
  const from = (await view()).step;
  await page.evaluate(() => { window.playground.frameTimes.length = 0; });
  await page.waitForTimeout(10_000);
  const times = (await page.evaluate(() => window.playground.frameTimes)).sort((a, b) => a - b);
  measured.iterations_in_10_s = (await view()).step - from;
  await page.locator('#play').click();
  measured.frames_in_10_s = times.length;
  measured.frame_ms_median = times[Math.floor(times.length / 2)];
  measured.frame_ms_worst = times.at(-1);
  assert.ok(times.length > 0 && measured.iterations_in_10_s > 0);
  await shot('ring8');
});

// Ten minutes are PLAYGROUND_MINUTES=10; a minute shows a leak of any speed.
test('memory is stable', async () => {
  await open();
  await set('data', 'ring8', 'data.set');
  await page.locator('#play').click();
  const minutes = Number(process.env.PLAYGROUND_MINUTES ?? 1);
  const samples = [];
  for (let i = 0; i <= 10; i++) {
    await page.waitForTimeout(minutes * 6000);
    const { whole } = await call('memory');
    samples.push({ step: (await view()).step, wasm_mb: Math.round(whole / 2 ** 20), page_mb: Math.round(await page.evaluate(() => performance.memory.usedJSHeapSize) / 2 ** 20) });
  }
  measured.memory = samples;
  const [middle, end] = [samples[5], samples.at(-1)];
  assert.ok(end.wasm_mb <= 1.25 * middle.wasm_mb, JSON.stringify(samples));
  assert.ok(end.page_mb <= 2 * middle.page_mb + 20, JSON.stringify(samples));
});

test('nothing left this machine', () => {
  assert.ok(browser.requested.length > 0);
  assert.deepEqual(elsewhere(browser.requested), []);
});
