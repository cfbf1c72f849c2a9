// The game's own thread. It answers {id, name, args, bytes} with {id, result, arrays} or {id, error}, one after the
// other. While it loads the program it says {loaded, total}, in bytes.
"use strict";

importScripts("wasm_exec.js");

const ready = new Promise((resolve) => { self.ganIsReady = resolve; });

// counter passes a stream through, and tells the page how much of it has come; total is 0 where nobody knows.
function counter(total) {
  let loaded = 0;
  return new TransformStream({
    transform(chunk, out) {
      loaded += chunk.length;
      self.postMessage({ loaded, total });
      out.enqueue(chunk);
    },
  });
}

async function start() {
  const go = new Go();
  const response = await fetch("gan.wasm.gz");
  if (!response.ok) throw new Error(`gan.wasm.gz: ${response.status} ${response.statusText}`);
  // A server that says Content-Encoding: gzip has the browser unpack it; the others leave it to us.
  const [head, body] = response.body.tee();
  const reader = head.getReader();
  const first = (await reader.read()).value;
  reader.cancel();
  const packed = first && first[0] === 0x1f && first[1] === 0x8b;
  const counted = body.pipeThrough(counter(packed ? Number(response.headers.get("Content-Length")) : 0));
  const bytes = packed ? counted.pipeThrough(new DecompressionStream("gzip")) : counted;
  const program = new Response(bytes, { headers: { "Content-Type": "application/wasm" } });
  const { instance } = await WebAssembly.instantiateStreaming(program, go.importObject);
  go.run(instance);
  await ready;
}

const started = start();

self.onmessage = async ({ data: { id, name, args, bytes } }) => {
  try {
    await started;
    const reply = self.gan(name, JSON.stringify(args ?? {}), bytes);
    if (reply.error !== undefined) {
      self.postMessage({ id, error: reply.error });
      return;
    }
    const arrays = reply.arrays;
    self.postMessage({ id, result: JSON.parse(reply.result), arrays }, Object.values(arrays).map((a) => a.buffer));
  } catch (error) {
    self.postMessage({ id, error: String(error) });
  }
};
