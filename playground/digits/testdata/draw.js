// Draws digits with the program for browsers, and prints them as JSON:
//
//	node draw.js wasm_exec.js digits.wasm config.json weights.safetensors ASKED...
"use strict";

const fs = require("node:fs");
const path = require("node:path");

const [wasmExec, program, config, weights, ...asked] = process.argv.slice(2);
require(path.resolve(wasmExec));

async function main() {
  const go = new Go();
  const { instance } = await WebAssembly.instantiate(fs.readFileSync(program), go.importObject);
  go.run(instance);
  const opened = digits.open(fs.readFileSync(config), fs.readFileSync(weights));
  const drawn = asked.map((text) => digits.draw(text))
    .map((d) => (d.error ? d : { ...d, x: [...d.x], pixels: [...d.pixels] }));
  process.stdout.write(JSON.stringify({ opened, drawn }), () => process.exit()); // the program waits for ever
}

main();
