// JupyterLab, started as `make lab` starts it, and what a reader does in it with Chromium.
import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { addressOf, checkout } from './chromium.mjs';

export const out = path.join(checkout, 'build/browser'); // what the tests write
export const home = path.join(out, 'notebooks'); // what JupyterLab shows

// startServer runs `make lab` and returns its process and the address that it prints, which has the token in it. Neither
// it nor its kernels reach the network: port 9 discards, where anything listens at all.
export async function startServer() {
  const proxy = 'http://127.0.0.1:9';
  const env = {
    ...process.env,
    GAN_PROFILE: 'fast', GOPROXY: 'off', http_proxy: proxy, https_proxy: proxy, no_proxy: '127.0.0.1,localhost',
    JUPYTERLAB_SETTINGS_DIR: path.join(out, 'settings'), JUPYTERLAB_WORKSPACES_DIR: path.join(out, 'workspaces'),
  };
  const make = spawn('make', ['lab', `NOTEBOOKS=${home}`, 'ARGS=--no-browser'], { cwd: checkout, env, stdio: ['ignore', 'pipe', 'pipe'] });
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => { make.kill(); process.exit(1); });
  const log = createWriteStream(path.join(out, 'lab.log'));
  const url = await addressOf(make, /http:\/\/127\.0\.0\.1:\d+\/lab\?token=\w+/, (text) => log.write(text));
  return { url, stop: () => { make.kill(); return once(make, 'close'); } };
}

// Notebook is a notebook that was opened by a double click in JupyterLab's file browser.
export class Notebook {
  constructor(page, file) {
    this.page = page;
    this.file = file;
    this.cells = page.locator('.jp-NotebookPanel:not(.lm-mod-hidden) .jp-Notebook .jp-Cell');
  }

  // open starts at JupyterLab's first page, in a tab of its own. The file is a path as the file browser shows it.
  static async open(context, url, file) {
    const page = await context.newPage();
    await page.goto(url.replace('/lab?', '/lab?reset&'));
    await page.locator('.jp-Launcher').waitFor();
    const connected = page.waitForEvent('websocket', (socket) => socket.url().includes('/api/kernels/'));
    for (const name of file.split('/')) {
      await page.locator('.jp-DirListing-item', { has: page.getByText(name, { exact: true }) }).dblclick();
    }
    await connected;
    return new Notebook(page, file);
  }

  // idle waits until the kernel has nothing to do and no cell waits for it.
  async idle() {
    await this.page.locator('.jp-Notebook-ExecutionIndicator[data-status=idle]').waitFor({ state: 'attached' });
    await this.cells.filter({ hasText: '[*]:' }).first().waitFor({ state: 'detached' });
  }

  async menu(name, item) {
    await this.page.locator('.lm-MenuBar-item', { hasText: name }).first().click();
    await this.page.locator('.lm-Menu-item', { has: this.page.getByText(item, { exact: true }) }).click();
  }

  // runAll runs every cell, as the menu offers it, and waits for the last.
  async runAll() {
    await this.until(this.cells.filter({ hasText: '[*]:' }).first(), () => this.menu('Run', 'Run All Cells'));
    await this.idle();
  }

  // run runs the first cell that has the text, and returns it when it has begun.
  async run(text) {
    const cell = this.cells.filter({ hasText: text }).first();
    await this.until(cell.locator('.jp-InputPrompt', { hasNotText: '[ ]:' }), async () => {
      await cell.locator('.cm-content').click();
      await this.page.keyboard.press('Control+Enter');
    });
    return cell;
  }

  // shows waits for something in a cell's output, and fails at once if there is an error instead.
  async shows(cell, something) {
    const failure = cell.locator('[data-mime-type="application/vnd.jupyter.stderr"]');
    await something.or(failure).first().waitFor();
    if (await failure.count() > 0) throw new Error(await failure.first().innerText());
  }

  // says is shows for printed text.
  says(cell, text) { return this.shows(cell, cell.locator('.jp-OutputArea').getByText(text)); }

  // until acts, and acts again where nothing has come of it in a minute. What gonb is asked for has a deadline, which a busy
  // machine can miss, and JupyterLab forgets a cell that is run before it has its kernel.
  async until(something, act) {
    for (let tries = 10; ; tries--) {
      await act();
      try {
        return await something.waitFor({ timeout: 60_000 });
      } catch (error) {
        if (tries === 0) throw error;
      }
    }
  }

  // saved saves the notebook and returns the code cells of the file.
  async saved() {
    const put = this.page.waitForResponse((r) => r.request().method() === 'PUT' && r.url().includes('/api/contents/'));
    await this.menu('File', 'Save Notebook');
    await put;
    const { cells } = JSON.parse(await readFile(path.join(home, this.file)));
    return cells.filter((cell) => cell.cell_type === 'code');
  }

  // interrupt presses the black square, and waits until nothing runs.
  async interrupt() {
    await this.page.locator('[data-jp-item-name=interrupt]').click();
    await this.idle();
  }

  // pictures scrolls to each picture in the outputs, which must be decoded to be seen, and returns their widths in pixels.
  async pictures() {
    const widths = [];
    for (const image of await this.cells.locator('.jp-OutputArea img').all()) {
      await image.scrollIntoViewIfNeeded();
      widths.push(await image.evaluate((img) => img.decode().then(() => img.naturalWidth)));
    }
    return widths;
  }

  async screenshot(name) {
    await this.page.screenshot({ path: path.join(out, `${name}.png`) });
  }

  // close shuts the kernel down, and closes the tab.
  async close() {
    await this.menu('Kernel', 'Shut Down Kernel');
    await this.page.locator('.jp-Toolbar-kernelName', { hasText: 'No Kernel' }).waitFor();
    await this.page.close();
  }
}
