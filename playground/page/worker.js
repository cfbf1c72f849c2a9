// The game's own thread. It answers {id, name, args, bytes} with {id, result, arrays} or {id, error}, one after the
// other. While it loads the program it says {loaded, total}, in bytes; {broken} says, once, why there is no program or no
// more: {why, ...} with the key of its words and their values, or {error}.
"use strict";

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

let gone = false;

// leave tells the page that nothing is to be expected any more.
function leave(broken) {
  if (gone) return;
  gone = true;
  self.postMessage({ broken });
}

// unloaded is the reason why a file is of no use.
const unloaded = (why, values) => Object.assign(new Error(why), { why, ...values });

const reason = (error) => (error.why ? { ...error } : { error: String(error) });

function glue() {
  const file = "wasm_exec.js";
  try {
    importScripts(file);
  } catch (error) {
    throw unloaded(error instanceof SyntaxError ? "unloaded.damaged" : "unloaded.absent", { file });
  }
}

// instantiate loads the program and compiles it while it comes.
async function instantiate(file, imports) {
  const response = await fetch(file).catch(() => { throw unloaded("unloaded.absent", { file }); });
  if (!response.ok) throw unloaded("unloaded.status", { file, status: response.status });
  // A server that says Content-Encoding: gzip has the browser unpack it; the others leave it to us.
  const [head, body] = response.body.tee();
  const reader = head.getReader();
  const first = (await reader.read().catch(() => ({}))).value;
  reader.cancel().catch(() => {});
  const packed = first && first[0] === 0x1f && first[1] === 0x8b;
  const counted = body.pipeThrough(counter(packed ? Number(response.headers.get("Content-Length")) : 0));
  const bytes = packed ? counted.pipeThrough(new DecompressionStream("gzip")) : counted;
  const program = new Response(bytes, { headers: { "Content-Type": "application/wasm" } });
  try {
    return (await WebAssembly.instantiateStreaming(program, imports)).instance;
  } catch {
    throw unloaded("unloaded.damaged", { file });
  }
}

async function start() {
  glue();
  const go = new Go();
  const instance = await instantiate("gan.wasm.gz", go.importObject);
  const ended = go.run(instance).then(() => { throw unloaded("ended"); });
  ended.catch((error) => leave(reason(error)));
  await Promise.race([ready, ended]);
}

const started = start();
started.catch((error) => leave(reason(error)));

// ask calls the program, which answers errors too: where it throws, or has no answer, it is no more.
function ask(...call) {
  let reply;
  try {
    reply = self.gan(...call);
  } catch (error) {
    leave(reason(error));
    throw error;
  }
  if (!reply) {
    leave({ why: "ended" });
    throw new Error("ended");
  }
  return reply;
}

self.onmessage = async ({ data: { id, name, args, bytes } }) => {
  try {
    await started;
    const reply = ask(name, JSON.stringify(args ?? {}), bytes);
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
