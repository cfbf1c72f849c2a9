// What a reader does in JupyterLab, in a browser. `make browser-test` runs it.
import assert from 'node:assert/strict';
import { cp, mkdir, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { checkout, openBrowser } from './chromium.mjs';
import { Notebook, home, out, startServer } from './lab.mjs';

const korean = path.join(checkout, 'notebooks/ko/01-why.ipynb');
let server, browser;

// JupyterLab saves what it shows, so it shows copies.
before(async () => {
  await rm(out, { recursive: true, force: true });
  await mkdir(path.join(home, 'ko'), { recursive: true });
  await cp(path.join(checkout, 'notebooks/01-why.ipynb'), path.join(home, '01-why.ipynb'));
  if (existsSync(korean)) await cp(korean, path.join(home, 'ko/01-why.ipynb'));
  await cp(path.join(import.meta.dirname, 'answers.ipynb'), path.join(home, 'answers.ipynb'));
  server = await startServer();
  browser = await openBrowser();
});

after(async () => {
  await browser?.stop();
  await server?.stop();
});

test('JupyterLab listens on this machine, and wants its token', async () => {
  const files = new URL('/api/contents', server.url);
  assert.equal((await fetch(files)).status, 403);
  files.search = new URL(server.url).search;
  assert.equal((await fetch(files)).status, 200);
});

// opened runs what is given with a notebook, closes it, and keeps a picture of how it ended.
async function opened(file, use) {
  const notebook = await Notebook.open(browser.context, server.url, file);
  try {
    await use(notebook);
    assert.deepEqual(await notebook.page.locator('.Toastify__toast').allInnerTexts(), [], 'JupyterLab asks something');
  } finally {
    await notebook.screenshot(file.replace('/', '-').replace('.ipynb', ''));
    await notebook.close();
  }
}

// A failed program in a cell is told by gonb on standard error, with an error in reply.
function assertNoError(cells) {
  for (const { id, source, execution_count, outputs } of cells) {
    assert.ok(source.length === 0 || execution_count > 0, `cell ${id} did not run`);
    const failed = outputs.filter((o) => o.output_type === 'error' || /exit status|panic:/.test([].concat(o.text ?? '').join('')));
    assert.deepEqual(failed, [], `cell ${id} failed`);
  }
}

for (const [language, file, source] of [['English', '01-why.ipynb'], ['Korean', 'ko/01-why.ipynb', korean]]) {
  const skip = source && !existsSync(source) && `there is no ${path.relative(checkout, source)}`;
  test(`a notebook in ${language} runs whole, and its pictures can be seen`, { skip }, () => opened(file, async (notebook) => {
    await notebook.runAll();
    assertNoError(await notebook.saved());
    const widths = await notebook.pictures();
    assert.ok(widths.length >= 2 && Math.min(...widths) > 100, `the pictures are ${widths} pixels wide`);
  }));
}

test('the kernel answers', (t) => opened('answers.ipynb', async (notebook) => {
  await notebook.run('%noautoget');

  await t.test('a live plot appears, is drawn anew, and stays as a picture', async () => {
    const cell = await notebook.run('gans.Train');
    const seen = new Set();
    for (let step = 1; step < 4; step++) {
      const plot = cell.locator('.jp-OutputArea-output', { hasText: `Iteration ${step} of 4` }).locator('img');
      await notebook.shows(cell, plot);
      seen.add(await plot.getAttribute('src'));
      await notebook.screenshot(`live-${step}`);
    }
    assert.equal(seen.size, 3);
    await notebook.says(cell, 'trained');
    assert.equal((await notebook.pictures()).length, 1);
  });

  await t.test('a long cell is interrupted, and the next one runs', async () => {
    const long = await notebook.run('time.Hour');
    await notebook.says(long, 'an hour begins');
    await notebook.interrupt();
    const next = await notebook.run('the next cell');
    await notebook.says(next, 'the next cell runs');
  });

  await t.test('a slider and a button answer', async () => {
    const cell = await notebook.run('widgets.Slider');
    let again = false; // gonb gives the page half a second to connect, and a cell that missed it waits for ever
    await notebook.until(cell.locator('.jp-OutputArea').getByText('listening'), async () => {
      if (again) await notebook.interrupt().then(() => notebook.run('widgets.Slider'));
      again = true;
    });
    const slider = cell.locator('input[type=range]');
    const { width, height } = await slider.boundingBox();
    await slider.click({ position: { x: width - 2, y: height / 2 } });
    await notebook.says(cell, 'slider at 10');
    await cell.getByRole('button', { name: 'One step' }).click();
    await notebook.says(cell, 'clicks: 1');
    await notebook.screenshot('widgets');
  });

  await t.test('Tab completes names of the library', async () => {
    await notebook.cells.last().locator('.cm-content').click();
    await notebook.page.keyboard.type('%%\ncfg := gans.MNI');
    const offered = notebook.page.locator('.jp-Completer-item[data-value=MNIST28]');
    await notebook.until(offered, () => notebook.page.keyboard.press('Tab'));
    await notebook.screenshot('completion');
    await notebook.page.keyboard.press('Escape');
  });
}));

// The last test, as what pages ask for late counts too.
test('no request left the machine, and none asked for news', () => {
  const elsewhere = browser.requested.filter((url) => !/^(data:|blob:|(http|ws):\/\/127\.0\.0\.1:)/.test(url));
  assert.deepEqual(elsewhere, []);
  assert.ok(browser.requested.length > 100, 'the browser notes what pages ask for');
  assert.deepEqual(browser.requested.filter((url) => /\/lab\/api\/(news|update)/.test(url)), []);
});
