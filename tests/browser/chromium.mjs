// Chromium without a network, and what the tests of our own pages need besides.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { promisify } from 'node:util';
import { chromium } from 'playwright-core';

export const checkout = path.resolve(import.meta.dirname, '../..');

// Only a hang reaches it: a busy machine takes its time.
const patience = 10 * 60_000;

// openBrowser starts Chromium, which finds no other host than this machine, and notes every address that pages ask for.
export async function openBrowser() {
  const args = ['--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1'];
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args });
  const context = await browser.newContext({ viewport: { width: 1280, height: 1000 } });
  context.setDefaultTimeout(patience);
  const requested = [];
  context.on('request', (request) => requested.push(request.url()));
  context.on('page', (page) => page.on('websocket', (socket) => requested.push(socket.url())));
  return { context, requested, stop: () => browser.close() };
}

// elsewhere are the addresses, of those that pages asked for, that are not on this machine.
export const elsewhere = (requested) => requested.filter((url) => !/^(http:\/\/127\.0\.0\.1:|blob:|data:)/.test(url));

// buildGan builds the command into a folder, and returns its path.
export async function buildGan(folder) {
  const program = path.join(folder, 'gan');
  await promisify(execFile)('go', ['build', '-o', program, './cmd/gan'], { cwd: checkout });
  return program;
}

// addressOf is the address of that pattern that a server prints. heard hears all that it prints, then too.
export function addressOf(server, pattern, heard = () => {}) {
  let said = '';
  return new Promise((resolve, reject) => {
    for (const stream of [server.stdout, server.stderr]) stream.on('data', (text) => {
      heard(text);
      said += text;
      const address = said.match(pattern);
      if (address) resolve(address[0]);
    });
    server.on('error', reject);
    server.on('exit', () => reject(new Error(`${server.spawnfile} does not serve:\n${said}`)));
  });
}

// startServer runs a program that serves pages, and returns its address.
export async function startServer(program, ...args) {
  const serving = spawn(program, args, { cwd: checkout });
  const url = await addressOf(serving, /http:\/\/127\.0\.0\.1:\d+\//);
  return { url, stop: () => { serving.kill('SIGINT'); return once(serving, 'close'); } };
}

// openPage opens an address in a new tab, and notes the errors there.
export async function openPage(context, url) {
  const page = await context.newPage();
  const errors = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('console', (message) => { if (message.type() === 'error') errors.push(message.text()); });
  await page.goto(url);
  return { page, errors };
}

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

// faults are those that axe knows, for readers with a screen reader among others.
export async function faults(page) {
  await page.evaluate(await readFile(axe, 'utf8'));
  const { violations } = await page.evaluate(() => window.axe.run());
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target).join(' ')}`);
}

// widths are those of the window without its scrollbar, and of what is in it.
export const widths = (page) => page.evaluate(() => [document.documentElement.clientWidth, document.documentElement.scrollWidth]);
