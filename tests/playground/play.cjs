// Plays a link by the page's own program, and prints what Go's program beside it prints of the game:
//   node play.cjs wasm_exec.js gan.wasm.gz LINK 1 1000
"use strict";

const { readFileSync, writeSync } = require("node:fs");
const { gunzipSync } = require("node:zlib");

const [support, program, link, ...counts] = process.argv.slice(2);
require(support);

function call(name, args) {
  const reply = globalThis.gan(name, JSON.stringify(args), undefined);
  if (reply.error !== undefined) throw new Error(`${name}: ${reply.error}`);
  return { ...JSON.parse(reply.result), arrays: reply.arrays };
}

function play() {
  call("open", { link });
  let done = 0;
  return counts.map((count) => {
    const began = performance.now();
    const { view, d, g, arrays } = call("frame", { most: count - done, ms: 1e9 });
    const ms = performance.now() - began;
    done = Number(count);
    return { view, ms, d_loss: d.loss, g_loss: g.loss, samples: [...arrays.samples], d: [...arrays.d] };
  });
}

async function main() {
  const go = new globalThis.Go();
  const ready = new Promise((resolve) => { globalThis.ganIsReady = resolve; });
  const { instance } = await WebAssembly.instantiate(gunzipSync(readFileSync(program)), go.importObject);
  go.run(instance);
  await ready;
  writeSync(1, JSON.stringify({ game: play() }));
}

main().then(() => process.exit(0), (error) => { console.error(error); process.exit(1); });
