// The page: it asks the worker for digits, and draws what comes back. The choices are in the address's fragment.
"use strict";

const element = (id) => document.getElementById(id);
const [seed, to, step, labels, lang] = ["seed", "to", "step", "labels", "lang"].map(element);
const columns = 10, rows = 10; // of the sheet
const began = performance.now();

let words = text.en;
let worker;
let model; // what the worker says of the generator
let ready; // seconds from the page's start until the generator was

// ---- the fragment ----

function readFragment() {
  const chosen = new URLSearchParams(location.hash.slice(1));
  const asked = chosen.get("lang") ?? (navigator.language.startsWith("ko") ? "ko" : "en");
  lang.value = asked in text ? asked : "en";
  const set = (input, other) => { input.value = chosen.get(input.id) ?? other; };
  set(seed, 1);
  set(to, Number(seed.value) + 1);
  set(step, 0);
  const radio = labels.querySelector(`input[value="${CSS.escape(chosen.get("label") ?? "all")}"]`);
  (radio ?? labels.querySelector("input")).checked = true;
}

// wrong is the field that holds no seed, if one does not. Before the form is enabled, browsers judge no field.
const wrong = () => [seed, to].find((input) => !input.checkValidity());

function writeFragment() {
  if (wrong()) return;
  const chosen = { lang: lang.value, seed: seed.value, label: label(), to: to.value, step: step.value };
  history.replaceState(null, "", "#" + new URLSearchParams(chosen));
}

const label = () => labels.querySelector("input:checked").value;

// ---- words ----

// say shows what is going on, or what went wrong.
function say(text, error = false) {
  element("status").className = error ? "error" : "";
  element("status").textContent = text;
}

const fail = (error) => say(words.failed + error, true);

function translate() {
  words = text[lang.value];
  document.documentElement.lang = lang.value;
  document.title = words.title;
  element("book").setAttribute("href", `../${lang.value}/digits.html`);
  for (const e of document.querySelectorAll("[data-text]")) e.textContent = words[e.dataset.text];
}

// ---- the worker ----

let answered; // takes the worker's next answer

// ask has digits drawn. There is one question at a time.
function ask(asked) {
  worker.postMessage(asked);
  return new Promise((resolve) => { answered = resolve; });
}

const choices = () => ({
  seed: Number(seed.value), to: Number(to.value), step: Number(step.value), labels: label() === "all" ? [] : [Number(label())],
});

let wanted = null; // the newest choices, until they are asked for
let asking = false;
let goOn = () => {}; // ends the moment before the sheet

// redraw draws the digits of the choices, and once nobody has changed them for a moment, the sheet, row by row. Where a
// seed is none it says so, and what was drawn stays.
async function redraw() {
  if (!model) return;
  const field = wrong();
  say(field ? words.seeds(field.max) : "", Boolean(field));
  if (field) return;
  wanted = choices();
  goOn();
  if (asking) return;
  asking = true;
  while (wanted) {
    const asked = wanted;
    wanted = null;
    showDigits(asked, await ask({ ...asked, first: 0, n: asked.labels.length || model.classes }));
    await new Promise((resolve) => { goOn = resolve; setTimeout(resolve, wanted ? 0 : 250); });
    for (let row = 0; row < rows && !wanted; row++) {
      showRow(row, await ask({ ...asked, first: columns * row, n: columns }));
    }
  }
  asking = false;
}

// ---- pictures ----

// draw puts the i-th digit onto a canvas.
function draw(canvas, drawn, i, x, y) {
  const size = model.size, image = new ImageData(size, size);
  for (let at = 0; at < size * size; at++) {
    image.data.fill(drawn.pixels[i * size * size + at], 4 * at, 4 * at + 3);
    image.data[4 * at + 3] = 255;
  }
  canvas.getContext("2d").putImageData(image, x, y);
}

function showDigits(asked, drawn) {
  if (drawn.error) return fail(drawn.error);
  const canvases = drawn.labels.map((digit, i) => {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = model.size;
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", words.digit(digit));
    draw(canvas, drawn, i, 0, 0);
    return canvas;
  });
  element("digits").replaceChildren(...canvases);
  element("time").textContent = words.time(ready, drawn.labels.length, drawn.ms);
  showNoise(asked);
}

// showNoise says where z comes from.
function showNoise(asked) {
  const t = asked.step / model.steps;
  step.setAttribute("aria-valuetext", t.toFixed(2));
  if (t > 0 && t < 1) {
    element("noise").textContent = words.between(t);
    return;
  }
  const command = document.createElement("code");
  command.textContent = ["gan sample digits --seed", t === 0 ? asked.seed : asked.to, ...asked.labels.map((y) => `--label ${y}`)].join(" ");
  element("noise").replaceChildren(words.same, command);
}

// showRow puts digits into a row of the sheet.
function showRow(row, drawn) {
  if (drawn.error) return fail(drawn.error);
  const cell = model.size + 2, sheet = element("sheet");
  if (element("more").hidden) {
    sheet.width = columns * cell;
    sheet.height = rows * cell;
    element("more").hidden = false;
  }
  sheet.setAttribute("aria-label", words.digits(rows * columns));
  drawn.labels.forEach((_, i) => draw(sheet, drawn, i, 1 + cell * i, 1 + cell * row));
}

// ---- the page ----

// offerLabels puts the ten digits beside "all".
function offerLabels() {
  for (let digit = 0; digit < 10; digit++) {
    const choice = labels.querySelector("label").cloneNode(true);
    const [radio, word] = choice.children;
    radio.defaultChecked = radio.checked = false;
    radio.value = word.textContent = digit;
    delete word.dataset.text;
    labels.append(choice);
  }
}

function start() {
  worker = new Worker("worker.js");
  worker.onerror = (event) => fail(event.message);
  worker.onmessage = ({ data }) => answered(data);
  answered = (opened) => {
    if (opened.error) return fail(opened.error);
    model = opened;
    ready = (performance.now() - began) / 1000;
    step.max = model.steps;
    element("controls").querySelector("fieldset").disabled = false;
    redraw();
  };
}

// choose follows a change of the form.
function choose() {
  writeFragment();
  redraw();
}

function chooseNext() {
  seed.value = Number(seed.value) + 1;
  to.value = Number(to.value) + 1;
  step.value = 0;
  choose();
}

// speak follows a change of the language.
function speak() {
  translate();
  const file = location.protocol === "file:";
  if (!model) say(file ? words.file : words.loading, file);
  redraw();
}

element("controls").addEventListener("input", choose);
element("controls").addEventListener("submit", (event) => event.preventDefault());
element("next").addEventListener("click", chooseNext);
lang.addEventListener("change", () => { writeFragment(); speak(); });
addEventListener("hashchange", () => { readFragment(); speak(); });
offerLabels();
readFragment();
speak();
if (location.protocol !== "file:") start();
