"""Makes build/book, one static site of the executed notebooks in two languages. `make book` runs it.

Sphinx, myst-nb and furo do the pages, the search and the dark mode. What is here comes before and after them: the
outputs of an executed notebook go into the English and into the Korean one, pictures into files that both share, and
pages by slide and by notebook are written from notebooks/deck.json. Two pages that compute in the browser lie beside the
book: the playground, and the digits of a trained generator. Then every page is read, and the book is refused if it asks
for anything from outside, has a link that leads nowhere, or is too large.
"""

import argparse
import base64
import gzip
import hashlib
import html
import json
import os
import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from importlib.metadata import distribution
from pathlib import Path
from string import Template
from urllib.parse import unquote, urlsplit

HERE = Path(__file__).resolve().parent
CHECKOUT = HERE.parent.parent
NOTEBOOKS = CHECKOUT / "notebooks"
PLAYGROUND = CHECKOUT / "playground" / "page"
DIGITS = CHECKOUT / "playground" / "digits" / "page"
MODEL = CHECKOUT / "ganlib" / "models" / "digits"
SITE = CHECKOUT / "build" / "book"
WORK = CHECKOUT / "build" / "book-work"

LARGEST = 60_000_000  # bytes of the whole site

LANGUAGES = ("en", "ko")
NAMES = {"en": "English", "ko": "한국어"}
WORDS = {
    "en": {
        "title": "GANs in Go",
        "slide": "Slide {}",
        "slides": "Slides: {}",
        "output": "what the cell above drew",
        "lesson": "open it here",
        "notebooks": "Notebooks",
        "untranslated": "",
    },
    "ko": {
        "title": "Go로 배우는 GAN",
        "slide": "슬라이드 {}",
        "slides": "슬라이드: {}",
        "output": "위 셀이 그린 그림",
        "lesson": "여기서 열기",
        "notebooks": "노트북",
        "untranslated": ":::{note}\n이 노트북은 아직 한국어로 옮기지 않아 영어로 되어 있습니다.\n:::",
    },
}

# The packages that files of the site come from, and which those are.
LICENSED = {
    "sphinx": "basic.css, doctools.js, searchtools.js, sphinx_highlight.js",
    "furo": "furo.css, furo.js, HTML, SVG",
    "sphinx-basic-ng": "HTML",
    "myst-nb": "mystnb.css",
    "pygments": "pygments.css",
    "snowballstemmer": "language_data.js",
    "django-static-mathjax": "MathJax, tex-svg-full.js",
}

# The programs of the pages that compute: pure Go, without SIMD. Their licences are in a file of their own.
PROGRAMS = ("./playground/wasm", "./playground/digits/wasm")
FOR_BROWSERS = {"GOOS": "js", "GOARCH": "wasm", "CGO_ENABLED": "0", "GOEXPERIMENT": ""}
PROGRAM_FILES = "gan.wasm.gz, digits.wasm.gz, wasm_exec.js"


class Refused(Exception):
    """The book cannot be made, for the reason given."""


# ---- notebooks ----


def with_outputs(name, source, executed):
    """The notebook with the outputs of the executed one, cell by cell of the same id. The code must be the same."""
    ran = {cell.get("id"): cell for cell in executed["cells"] if cell["cell_type"] == "code"}
    merged = dict(source, cells=[dict(cell) for cell in source["cells"]])
    for cell in merged["cells"]:
        if cell["cell_type"] != "code":
            continue
        other = ran.pop(cell["id"], None)
        if other is None or text(other["source"]) != text(cell["source"]):
            raise Refused(f"{name}: cell {cell['id']} is not what was executed: execute the notebook again")
        cell.update(outputs=other["outputs"], execution_count=other["execution_count"])
    if ran:
        raise Refused(f"{name}: cell {next(iter(ran))} was executed and is in the notebook no more: execute it again")
    return merged


def read_notebook(file):
    try:
        return json.loads(file.read_text())
    except FileNotFoundError:
        raise Refused(f"{file} is missing") from None


def text(lines):
    """A notebook's text, which is one string or a list of lines."""
    return lines if isinstance(lines, str) else "".join(lines)


PICTURE = re.compile(r"data:image/(png|gif|jpeg|svg\+xml);base64,([A-Za-z0-9+/=\s]+)")


def move_pictures(notebook, folder, alt):
    """Writes the pictures in the notebook's outputs into the folder, named by what is in them, and leaves links to
    ../pictures. Both languages, and pictures drawn twice, then share one file. Returns the files' names in order."""
    names = []

    def link(match):
        data = base64.b64decode(match[2])
        name = hashlib.sha256(data).hexdigest()[:16] + "." + match[1].removesuffix("+xml")
        (folder / name).write_bytes(data)
        names.append(name)
        return "../pictures/" + name

    for cell in notebook["cells"]:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            png = data.pop("image/png", None)
            if png:
                data["text/html"] = f'<img alt="{alt}" src="data:image/png;base64,{text(png)}">'
            if "text/html" in data:
                data["text/html"] = PICTURE.sub(link, text(data["text/html"])).replace("<img ", '<img loading="lazy" ')
    return names


LINK = re.compile(r"(!?)\[([^\]]*)\]\(([^):#\s]+)(#[^)\s]*)?\)")


def mend_links(notebook, source, folder):
    """Makes the links of texts hold in the folder of Sphinx's sources, whichever folder of the checkout the notebook is
    in: pictures are copied, notebooks lie beside each other, and any other file is named but not linked."""

    def mend(markdown, beside):
        return LINK.sub(lambda match: mended(match, beside), text(markdown))

    def mended(match, beside):
        picture, label, path, fragment = match.groups()
        file = (beside / path).resolve()
        if file.suffix == ".ipynb":
            file = NOTEBOOKS / file.name  # one that is not translated has a page in every language too
        if not file.exists():
            raise Refused(f"{source.stem}: the link to {path} leads nowhere")
        if picture:
            (folder / "pictures").mkdir(exist_ok=True)
            shutil.copy(file, folder / "pictures")
            return f"![{label}](pictures/{file.name})"
        if file.suffix == ".ipynb":
            return f"[{label}]({file.name}{fragment or ''})"
        return f"{label} (`{file.relative_to(CHECKOUT)}`)"

    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            cell["source"] = mend(cell["source"], source.parent)
        for output in cell.get("outputs", []):
            if "text/markdown" in output.get("data", {}):
                output["data"]["text/markdown"] = mend(output["data"]["text/markdown"], NOTEBOOKS)  # where it ran


LESSON = re.compile(r"`go run \./cmd/gan playground --lesson ([a-z0-9-]+)`")


def link_lessons(notebook, language):
    """Sets a link to a lesson, on the playground beside the book, after the command that opens it. Sphinx knows nothing
    of that page, so the link is HTML."""
    link = f'<a href="../playground/index.html#lang={language}&amp;lesson=\\1">{WORDS[language]["lesson"]}</a>'
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            cell["source"] = LESSON.sub(rf"\g<0> ({link})", text(cell["source"]))


def drop_empty_outputs(notebook):
    """Leaves out what shows nothing: a place that a cell kept for a picture and gave up again."""
    for cell in notebook["cells"]:
        if "outputs" in cell:
            cell["outputs"] = [o for o in cell["outputs"] if "data" not in o or any(map(text, o["data"].values()))]


def execute(name, folder):
    """Executes an English notebook into the folder in the reader's profile, unless it has been since it was written."""
    source, result = NOTEBOOKS / f"{name}.ipynb", folder / f"{name}.ipynb"
    if result.exists() and result.stat().st_mtime > source.stat().st_mtime:
        return
    print(f"book: executing {name} ...", flush=True)
    command = ["jupyter", "nbconvert", "--execute", "--to", "notebook", "--output-dir", folder, source]
    if subprocess.run(command, env=os.environ | {"GAN_PROFILE": "reader"}).returncode:
        raise Refused(f"{name}: a cell failed, for the reason printed above")


# ---- pages ----


def stage(language, deck, executed, pictures):
    """Writes Sphinx's sources in one language, and returns their folder."""
    folder, words, thumbnails = WORK / language, WORDS[language], {}
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name in (n["name"] for n in deck["notebooks"]):
        english = NOTEBOOKS / f"{name}.ipynb"
        source = english if language == "en" else NOTEBOOKS / language / english.name
        notebook = read_notebook(source if source.exists() else english)
        notebook = with_outputs(name, notebook, read_notebook(executed / english.name))
        mend_links(notebook, source if source.exists() else english, folder)
        link_lessons(notebook, language)
        thumbnails[name] = next(iter(move_pictures(notebook, pictures, words["output"])), None)
        drop_empty_outputs(notebook)
        if not source.exists():
            note = {"cell_type": "markdown", "id": "untranslated", "metadata": {}, "source": words["untranslated"]}
            notebook["cells"].insert(1, note)
        notebook["metadata"]["language_info"] = {"name": "go", "pygments_lexer": "go"}
        (folder / f"{name}.ipynb").write_text(json.dumps(notebook))
    for page, content in pages(language, deck, thumbnails).items():
        (folder / page).write_text(content)
    shutil.copytree(HERE / "locale", folder / "locale")  # Sphinx writes compiled files beside these
    return folder


def pages(language, deck, thumbnails):
    """The pages that are no notebooks, by file name: the first, the slides, and the licences."""
    words = WORDS[language]
    numbers = {slide["id"]: slide["id"].removeprefix("slide-") for slide in deck["slides"]}
    titles = {n["name"]: f"{int(n['name'][:2])}. {n['title'][language]}" for n in deck["notebooks"]}

    def cards(names):
        slides = {n["name"]: ", ".join(numbers[s] for s in n["slides"]) for n in deck["notebooks"]}
        return "\n".join(["```{raw} html", '<div class="cards">']
                         + [card(n, titles[n], words["slides"].format(slides[n]) if slides[n] else "", thumbnails[n])
                            for n in names] + ["</div>", "```"])

    slides = []
    for slide in deck["slides"]:
        slides += [f"({slide['id']})=", f"## {words['slide'].format(numbers[slide['id']])}. {slide['title'][language]}", ""]
        slides += [f"> {line}\n>" for line in slide["lines"] if language == "ko"] + [""]  # the deck is in Korean
        for equation in (e for e in deck["equations"] if slide["id"] in e["slides"] and e["latex"]):
            source = f"{equation['paper']}, {equation['where']}"
            slides += [f"$${equation['latex']}$$", "", f"{source}: `{equation['symbol']}`", ""]
        slides += [cards(slide["notebooks"]), ""]
    licences = "\n".join(["```{raw} html", "<ul>"] + [
        f'<li><a href="../licences/{package}.txt">{package}</a>: {html.escape(what)}</li>'
        for package, what in ({"gans-in-go": words["notebooks"]} | LICENSED | {"go": PROGRAM_FILES}).items()] + ["</ul>", "```"])
    parts = {
        "cards": cards(titles), "slides": "\n".join(slides), "licences": licences, "names": "\n".join(titles),
    }
    return {page.name.replace(f".{language}.md", ".md"): Template(page.read_text()).safe_substitute(parts)
            for page in HERE.glob(f"*.{language}.md")}


def card(name, title, slides, thumbnail):
    """A link to a notebook, with its first picture."""
    picture = f'<img loading="lazy" alt="" src="../pictures/{thumbnail}">' if thumbnail else ""
    return (f'<a href="{name}.html">{picture}<span>{html.escape(title)}</span>'
            f'<span class="slides">{html.escape(slides)}</span></a>')


def copy_licences(folder):
    """Puts the licence of everything in the site beside it."""
    folder.mkdir()
    (folder / "gans-in-go.txt").write_text((CHECKOUT / "NOTICE").read_text() + "\n" + (CHECKOUT / "LICENSE").read_text())
    for package in LICENSED:
        files = [f for f in distribution(package).files if re.match(r"(LICEN[CS]E|COPYING)", f.name, re.I)]
        texts = dict.fromkeys(f.read_text() for f in files)
        if not texts:
            raise Refused(f"{package}: the package has no licence in it")
        (folder / f"{package}.txt").write_text("\n".join(texts))
    (folder / "go.txt").write_text(go_licences())


def go_licences():
    """The licences of Go and of every module in the programs."""
    modules = go("list", "-deps", "-f", "{{with .Module}}{{if not .Main}}{{.Path}} {{.Dir}}{{end}}{{end}}", *PROGRAMS)
    places = {"Go": go("env", "GOROOT").strip()} | dict(line.split(" ", 1) for line in modules.splitlines() if line)
    texts = []
    for module, place in sorted(places.items()):
        files = sorted(f for f in Path(place).iterdir() if f.is_file() and re.match(r"(LICEN[CS]E|COPYING|NOTICE)", f.name, re.I))
        if not files:
            raise Refused(f"{module}: the module has no licence in it")
        texts += [f"==== {module}: {f.name} ====\n\n{f.read_text()}" for f in files]
    return "\n".join(texts)


def build(language, sources):
    """Has Sphinx make the pages of one language."""
    other = next(o for o in LANGUAGES if o != language)
    command = [sys.executable, "-m", "sphinx", "-q", "-b", "html", "-c", HERE, "-d", WORK / "doctrees" / language,
               "-D", f"language={language}", "-D", f"html_title={WORDS[language]['title']}",
               "-A", f"other={other}", "-A", f"other_name={NAMES[other]}", sources, SITE / language]
    if subprocess.run(command, cwd=sources).returncode:  # where Sphinx looks for locale/ko/LC_MESSAGES/sphinx.js
        raise Refused(f"Sphinx failed on the pages in {NAMES[language]}, for the reason printed above")
    (SITE / language / ".buildinfo").unlink(missing_ok=True)
    shutil.rmtree(SITE / "jupyter_execute", ignore_errors=True)  # myst-nb's, and empty


# ---- pages that compute ----


def go(*arguments):
    """What go prints, of programs for browsers."""
    ran = subprocess.run(["go", *arguments], cwd=CHECKOUT, env=os.environ | FOR_BROWSERS, stdout=subprocess.PIPE, text=True)
    if ran.returncode:
        raise Refused(f"go {arguments[0]} failed, for the reason printed above")
    return ran.stdout


def copy_playground(page, folder):
    """Copies the playground as it is served. No page names its program, so that the check would not miss it."""
    for name in ("index.html", "gan.wasm.gz", "wasm_exec.js"):
        if not (page / name).is_file():
            raise Refused(f"{page / name} is missing")
    shutil.copytree(page, folder)


def make_digits(folder):
    """Makes the page of digits: its files, the model that it draws with, and its program, which is built here."""
    shutil.copytree(DIGITS, folder)
    for name in ("config.json", "weights.safetensors"):
        shutil.copy(MODEL / name, folder)
    shutil.copy(MODEL / "NOTICE", folder / "NOTICE.txt")
    shutil.copyfile(Path(go("env", "GOROOT").strip(), "lib", "wasm", "wasm_exec.js"), folder / "wasm_exec.js")
    program = WORK / "digits.wasm"
    go("build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w", "-o", str(program), "./playground/digits/wasm")
    (folder / "digits.wasm.gz").write_bytes(gzip.compress(program.read_bytes(), mtime=0))


# ---- the check ----

# Where a page names a file that a browser asks for by itself.
ASSETS = {("link", "href"), ("object", "data"), ("use", "href"), ("video", "poster")}


class Page(HTMLParser):
    """What a page asks for, where it leads, and what leads into it."""

    def __init__(self, source):
        super().__init__()
        self.assets, self.links, self.anchors = [], [], {""}
        self.feed(source)

    def handle_starttag(self, tag, attrs):
        for name, value in attrs:
            value = value or ""
            if name in ("src", "srcset") or (tag, name) in ASSETS:
                self.assets.append(value)
            elif name == "style":
                self.assets += stylesheet_assets(value)
            elif (tag, name) == ("a", "href"):
                self.links.append(value)
            elif name == "id" or (tag, name) == ("a", "name"):
                self.anchors.add(value)


def stylesheet_assets(css):
    """What a style sheet asks for."""
    return re.findall(r"url\(\s*[\"']?([^\"')]+)", css) + re.findall(r"@import\s+[\"']([^\"']+)", css)


def check(site):
    """Returns what is wrong with a site: files it asks for from outside or that are not there, links that lead nowhere,
    and too large a size."""
    read = {file: Page(file.read_text()) for file in site.rglob("*.html")}
    wrong = []
    for file, page in read.items():
        where = file.relative_to(site)
        wrong += [f"{where}: asks for {a}" for a in page.assets if not present(file, a)]
        for link in page.links:
            outbound = urlsplit(link).scheme in ("http", "https", "mailto")
            if not outbound and not (present(file, link) and anchored(read, file, link)):
                wrong.append(f"{where}: the link {link} leads nowhere")
    for file in site.rglob("*.css"):
        wrong += [f"{file.relative_to(site)}: asks for {a}" for a in stylesheet_assets(file.read_text())
                  if not present(file, a)]
    if size(site) > LARGEST:
        wrong.append(f"it has {size(site):,} bytes; it may have {LARGEST:,}")
    return wrong


def present(file, address):
    """Whether an address in a file of the site is a file of the site, or has its data in itself."""
    url = urlsplit(address)
    if url.scheme or url.netloc:
        return url.scheme == "data"
    return not url.path or (not url.path.startswith("/") and target(file, address).is_file())


def target(file, address):
    path = unquote(urlsplit(address).path)
    return (file.parent / path).resolve() if path else file


def anchored(read, file, link):
    page, fragment = read.get(target(file, link)), unquote(urlsplit(link).fragment)
    return page is None or fragment in page.anchors or "=" in fragment  # such as lang=en, which the page itself reads


def size(site):
    return sum(f.stat().st_size for f in site.rglob("*") if f.is_file())


# ---- the whole ----


def make(executed):
    """Makes the book. The executed notebooks are those in the folder; without one, they are executed where need be."""
    deck = json.loads((NOTEBOOKS / "deck.json").read_text())
    if executed is None:
        executed = WORK / "executed"
        for notebook in deck["notebooks"]:
            execute(notebook["name"], executed)
    shutil.rmtree(SITE, ignore_errors=True)
    pictures = SITE / "pictures"
    pictures.mkdir(parents=True)
    for language in LANGUAGES:
        build(language, stage(language, deck, executed, pictures))
    copy_playground(PLAYGROUND, SITE / "playground")
    make_digits(SITE / "digits")
    copy_licences(SITE / "licences")
    shutil.copy(HERE / "index.html", SITE)
    wrong = check(SITE)
    if wrong:
        raise Refused("\n".join(["the book is not as it must be:"] + wrong))
    count = sum(1 for _ in SITE.rglob("*.html"))
    print(f"book: {count} pages, {size(SITE) / 1e6:.1f} MB: {(SITE / 'index.html').relative_to(CHECKOUT)}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--executed", type=Path, help="a folder of executed notebooks, such as build/notebooks")
    try:
        make(parser.parse_args().executed)
    except Refused as refusal:
        sys.exit(f"book: {refusal}")
