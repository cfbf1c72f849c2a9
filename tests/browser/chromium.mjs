// Chromium without a network, for all tests here.
import path from 'node:path';
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
