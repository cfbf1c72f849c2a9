// The generator's own thread. It opens the model beside the page and says so, and then answers each {n, seed, ...} with
// {x, pixels, labels, ms}. What goes wrong is {error}.
"use strict";

importScripts("wasm_exec.js");

async function content(file) {
  const response = await fetch(file);
  if (!response.ok) throw new Error(`${file}: ${response.status} ${response.statusText}`);
  return new Uint8Array(await response.arrayBuffer());
}

// A server that says Content-Encoding: gzip has the browser unpack it; the others leave it to us.
async function unpacked(file) {
  const bytes = await content(file);
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();
}

async function open() {
  const files = [unpacked("digits.wasm.gz"), content("config.json"), content("weights.safetensors")];
  const [program, config, weights] = await Promise.all(files);
  const go = new Go();
  const { instance } = await WebAssembly.instantiate(program, go.importObject);
  go.run(instance);
  return digits.open(config, weights);
}

const opened = open().catch((error) => ({ error: String(error) }));
opened.then((model) => self.postMessage(model));

self.onmessage = async ({ data: asked }) => {
  await opened;
  const began = performance.now();
  const drawn = digits.draw(JSON.stringify(asked));
  self.postMessage({ ...drawn, ms: performance.now() - began });
};
