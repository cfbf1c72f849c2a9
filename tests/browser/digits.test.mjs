// What a reader of the book does on its page of digits, in a browser. `make playground-test` runs it.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, readFile, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { buildGan, checkout, elsewhere, faults, openBrowser, openPage, startServer, widths } from './chromium.mjs';

const out = path.join(checkout, 'build/playground/digits');
const site = path.join(out, 'page');
const run = promisify(execFile);
let gan, server, browser, page, errors;

// The page is put together as the book does it.
const assemble = 'import sys, pathlib, book; site = pathlib.Path(sys.argv[1]); book.WORK = site.parent; book.make_digits(site)';

before(async () => {
  await rm(out, { recursive: true, force: true });
  await mkdir(out, { recursive: true });
  await run('python3', ['-B', '-c', assemble, site], { cwd: checkout, env: { ...process.env, PYTHONPATH: 'docs/book' } });
  gan = await buildGan(out);
  server = await startServer('python3', '-u', '-m', 'http.server', '--bind', '127.0.0.1', '--directory', site, '0');
  browser = await openBrowser();
  browser.context.setDefaultTimeout(3 * 60_000);
});

after(async () => {
  await browser?.stop();
  await server?.stop();
});

// open opens the page at a fragment such as seed=7, and waits until the form can be used.
async function open(fragment) {
  await page?.close();
  ({ page, errors } = await openPage(browser.context, `${server.url}#lang=en&${fragment}`));
  await page.locator('#seed:enabled').waitFor();
}

const seed = () => page.locator('#seed');
const status = (text) => page.locator('#status').getByText(text).waitFor();
const pictures = (canvases = '#digits canvas') => page.locator(canvases).evaluateAll((all) => all.map((canvas) => canvas.toDataURL()));

// drawn waits until the page names a command that ends in this, and returns the digits as pictures.
async function drawn(command) {
  await page.waitForFunction((end) => document.getElementById('noise').textContent.endsWith(end), command);
  return pictures();
}

// greys are the pixels of a digit in each of some pictures.
const greys = (urls, x = 0, y = 0) => page.evaluate(async ([urls, x, y]) => {
  const context = new OffscreenCanvas(28, 28).getContext('2d', { willReadFrequently: true });
  const all = [];
  for (const url of urls) {
    const image = Object.assign(new Image(), { src: url });
    await image.decode();
    context.drawImage(image, -x, -y);
    all.push([...context.getImageData(0, 0, 28, 28).data].filter((_, i) => i % 4 === 0));
  }
  return all;
}, [urls, x, y]);

// natively are the first ten digits of the command that the page names.
async function natively() {
  const [, ...command] = (await page.locator('#noise code').innerText()).split(' ');
  const folder = path.join(out, 'natively');
  await run(gan, [...command, '--backend', 'go', '-n', '10', '--folder', folder]);
  const files = (await readdir(folder)).filter((file) => file.endsWith('.png')).sort();
  return Promise.all(files.map(async (file) => `data:image/png;base64,${await readFile(path.join(folder, file), 'base64')}`));
}

const shot = (name) => page.screenshot({ path: path.join(out, `${name}.png`), fullPage: true });

test('a seed gives its digits, the same again and as the command line', async () => {
  await open('seed=7');
  const seven = await drawn('--seed 7');
  const got = await greys(seven), want = await greys(await natively());
  assert.equal(want.length, 10);
  const apart = got.map((digit, i) => Math.max(...digit.map((grey, at) => Math.abs(grey - want[i][at]))));
  assert.ok(apart.every((most) => most <= 1), `greys apart: ${apart}`); // sums in another order
  assert.ok(got.every((digit) => Math.max(...digit) > 200), 'there is something to be seen');

  await page.locator('#more').waitFor();
  const sheet = await pictures('#sheet');
  for (const [i, digit] of got.entries()) assert.deepEqual(await greys(sheet, 1 + 30 * i, 1), [digit], 'the first row of the sheet');
  await shot('seed-7');

  await seed().fill('8');
  const eight = await drawn('--seed 8');
  assert.equal(eight.filter((picture) => seven.includes(picture)).length, 0, 'another seed, other digits');
  await seed().fill('7');
  assert.deepEqual(await drawn('--seed 7'), seven);
  assert.deepEqual(errors, []);
});

test('what is no seed is refused with words, and the digits stay', async () => {
  await open('seed=7');
  const seven = await drawn('--seed 7');
  const kept = async () => [await pictures(), await page.locator('#noise').innerText(), new URL(page.url()).hash];
  for (const text of ['', 'letters', '-1', '1.5', '1e30', '9223372036854775808']) {
    await seed().fill('8');
    await drawn('--seed 8');
    const before = await kept();
    await seed().fill(text === 'letters' ? '' : text);
    if (text === 'letters') await seed().pressSequentially(text);
    await status('A seed is a whole number from 0 to 9007199254740990.');
    await page.waitForTimeout(100); // nothing is drawn late
    assert.deepEqual(await kept(), before, text);
    if (text === '1e30') await shot('refused');
    await seed().fill('7');
    assert.deepEqual(await drawn('--seed 7'), seven);
    assert.equal(await page.locator('#status').innerText(), '');
  }
  await page.locator('#to').fill('-1');
  await status('A seed is a whole number');

  await open('seed=-1');
  await status('A seed is a whole number');
  await page.locator('#lang').selectOption('ko');
  await status('정수여야');
  await seed().fill('7');
  assert.deepEqual(await drawn('--seed 7'), seven);
  assert.deepEqual(errors, []);
});

test('by keyboard alone', async () => {
  await open('seed=4&to=8');
  await drawn('--seed 4');
  const tab = async (id) => {
    await page.keyboard.press('Tab');
    assert.equal(await page.evaluate(() => document.activeElement.id || document.activeElement.value), id);
  };
  for (const id of ['book', 'lang', 'seed']) await tab(id);
  await page.keyboard.press('ArrowUp');
  await drawn('--seed 5');
  await tab('next');
  await page.keyboard.press('Enter');
  await drawn('--seed 6');
  await tab('all');
  for (let digit = 0; digit <= 3; digit++) await page.keyboard.press('ArrowRight');
  const start = await drawn('--seed 6 --label 3');
  assert.equal(start.length, 1);
  await tab('step');
  await page.keyboard.press('ArrowRight');
  await page.locator('#noise').getByText('z is 0.97').waitFor();
  await page.keyboard.press('End');
  assert.notDeepEqual(await drawn('--seed 9 --label 3'), start);
  assert.deepEqual(errors, []);
});

test('readable: no fault that axe knows, light and dark, in two languages, and on a phone', async () => {
  await open('seed=7');
  await page.setViewportSize({ width: 360, height: 800 });
  await page.locator('#more').waitFor();
  for (const colorScheme of ['light', 'dark']) {
    for (const lang of ['en', 'ko']) {
      await page.emulateMedia({ colorScheme });
      await page.locator('#lang').selectOption(lang);
      assert.deepEqual(await faults(page), [], `${colorScheme}, ${lang}`);
      const [inner, scroll] = await widths(page);
      assert.ok(scroll <= inner, `${scroll} pixels wide at ${inner}`);
      await shot(`${colorScheme}-${lang}`);
    }
  }
  assert.deepEqual(errors, []);
});

test('what is missing is said', async () => {
  await page.close();
  page = await browser.context.newPage();
  await page.route('**/digits.wasm.gz', (route) => route.fulfill({ status: 404, body: 'gone' }));
  await page.goto(server.url);
  await status('404');
});

test('nothing left this machine', () => {
  assert.ok(browser.requested.length > 0);
  assert.deepEqual(elsewhere(browser.requested), []);
});
