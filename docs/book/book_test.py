"""Tests of book.py without Sphinx: tests/book_test.go runs them."""

import base64
import tempfile
import unittest
from pathlib import Path

import book


def code(cell_id, source, **more):
    return {"cell_type": "code", "id": cell_id, "source": source, "outputs": [], "execution_count": None} | more


def markdown(source):
    return {"cell_type": "markdown", "id": "words", "source": source}


def printed(words):
    return {"output_type": "stream", "name": "stdout", "text": words}


def drawn(mime, data):
    return {"output_type": "display_data", "metadata": {}, "data": {mime: data}}


class Folder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name).resolve()

    def write(self, name, content):
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)


class Outputs(unittest.TestCase):
    def setUp(self):
        self.executed = {"cells": [
            markdown("Words"),
            code("a", ["x := 1\n", "x"], outputs=[printed("one")], execution_count=3),
            code("b", "y", outputs=[printed("two")], execution_count=4),
        ]}

    def test_go_to_the_cell_of_the_same_id(self):
        korean = {"cells": [code("b", "y"), markdown("말"), code("a", "x := 1\nx")]}
        merged = book.with_outputs("01", korean, self.executed)["cells"]
        self.assertEqual([printed("two")], merged[0]["outputs"])
        self.assertEqual("말", merged[1]["source"])
        self.assertEqual(([printed("one")], 3), (merged[2]["outputs"], merged[2]["execution_count"]))
        self.assertEqual([], korean["cells"][0]["outputs"], "the notebook given was changed")

    def test_are_refused_to_other_code(self):
        for cells, cell in (
            ([code("a", "x := 2\nx"), code("b", "y")], "a"),
            ([code("a", "x := 1\nx"), code("b", "y"), code("c", "z")], "c"),
            ([code("a", "x := 1\nx")], "b"),
        ):
            with self.assertRaisesRegex(book.Refused, f"01: cell {cell} "):
                book.with_outputs("01", {"cells": cells}, self.executed)

    def test_that_show_nothing_are_left_out(self):
        notebook = {"cells": [code("a", "", outputs=[drawn("text/html", ""), drawn("text/html", ["<b>"]), printed("x")])]}
        book.drop_empty_outputs(notebook)
        self.assertEqual([drawn("text/html", ["<b>"]), printed("x")], notebook["cells"][0]["outputs"])


class Pictures(Folder):
    def test_become_files_that_are_shared(self):
        png, gif = base64.b64encode(b"first").decode(), base64.b64encode(b"second").decode()
        film = f'<img width="9" src="data:image/gif;base64,{gif}">'
        notebook = {"cells": [code("a", "", outputs=[drawn("image/png", png + "\n"), drawn("text/html", [film])]),
                              code("b", "", outputs=[drawn("image/png", png)])]}
        names = book.move_pictures(notebook, self.folder, "a chart")
        self.assertEqual([b"first", b"second", b"first"], [(self.folder / n).read_bytes() for n in names])
        self.assertEqual(names[0], names[2])
        self.assertEqual([".png", ".gif"], [Path(n).suffix for n in names[:2]])
        self.assertEqual(
            [{"text/html": f'<img loading="lazy" alt="a chart" src="../pictures/{names[0]}">'},
             {"text/html": f'<img loading="lazy" width="9" src="../pictures/{names[1]}">'}],
            [o["data"] for o in notebook["cells"][0]["outputs"]])


class Links(Folder):
    def mended(self, source):
        notebook = {"cells": [markdown(source)]}
        book.mend_links(notebook, book.NOTEBOOKS / "ko" / "01-why.ipynb", self.folder)
        return notebook["cells"][0]["source"]

    def test_hold_in_the_book(self):
        for source, want in {
            "[2](02-players.ipynb) and [x](https://example.org/x)": "[2](02-players.ipynb) and [x](https://example.org/x)",
            "[2](../02-players.ipynb#real)": "[2](02-players.ipynb#real)",
            "[the page](../../docs/engines.md)": "the page (`docs/engines.md`)",
            "[below](#more)": "[below](#more)",
            "![digits](../pictures/mnist.png)": "![digits](pictures/mnist.png)",
        }.items():
            self.assertEqual(want, self.mended(source))
        self.assertTrue((self.folder / "pictures" / "mnist.png").is_file())

    def test_to_nothing_are_refused(self):
        with self.assertRaisesRegex(book.Refused, "01-why: the link to ../nowhere.md"):
            self.mended("[x](../nowhere.md)")


class Lessons(unittest.TestCase):
    def test_are_links_after_their_commands(self):
        command, other = "`go run ./cmd/gan playground --lesson figure-1`", "`go run ./cmd/gan playground`"
        for language, words in (("en", "open it here"), ("ko", "여기서 열기")):
            notebook = {"cells": [markdown([f"See {command}\n", other]), code("a", command)]}
            book.link_lessons(notebook, language)
            link = f'<a href="../playground/index.html#lang={language}&amp;lesson=figure-1">{words}</a>'
            self.assertEqual([f"See {command} ({link})\n{other}", command], [c["source"] for c in notebook["cells"]])


class Check(Folder):
    def setUp(self):
        super().setUp()
        self.write("en/a.html", '<link rel="stylesheet" href="a.css"><h1 id="top">A</h1><a href="../ko/a.html#꼭대기">ko</a>'
                   '<a href="#top">up</a><a href="../ko/a.html#lang=ko">chosen</a><a href="https://example.org">out</a><img src="data:image/png;base64,AA==">')
        self.write("ko/a.html", '<h1 id="꼭대기">A</h1><svg><use href="#x"></use></svg><a href="../en/a.html">en</a>')
        self.write("en/a.css", "body { background: url(data:image/png;base64,AA==) }")

    def test_passes_a_whole_site(self):
        self.assertEqual([], book.check(self.folder))

    def test_names_what_is_wrong(self):
        for page, wrong in {
            '<script src="https://cdn.example/x.js"></script>': "bad.html: asks for https://cdn.example/x.js",
            '<img src="//cdn.example/x.png">': "bad.html: asks for //cdn.example/x.png",
            '<link href="http://cdn.example/x.css">': "bad.html: asks for http://cdn.example/x.css",
            '<img src="missing.png">': "bad.html: asks for missing.png",
            '<img src="/en/a.css">': "bad.html: asks for /en/a.css",
            '<p style="background: url(\'http://cdn.example/x\')">': "bad.html: asks for http://cdn.example/x",
            '<a href="en/b.html">b</a>': "bad.html: the link en/b.html leads nowhere",
            '<a href="en/a.html#bottom">a</a>': "bad.html: the link en/a.html#bottom leads nowhere",
        }.items():
            self.write("bad.html", page)
            self.assertEqual([wrong], book.check(self.folder))

    def test_reads_style_sheets(self):
        self.write("en/b.css", '@import "https://fonts.example/x.css"; p { background: url("https://cdn.example/y") }')
        self.assertEqual(["en/b.css: asks for https://cdn.example/y", "en/b.css: asks for https://fonts.example/x.css"],
                         book.check(self.folder))

    def test_weighs_the_site(self):
        with open(self.folder / "film.gif", "wb") as film:
            film.truncate(book.LARGEST)  # a hole, which takes no room
        (wrong,) = book.check(self.folder)
        self.assertRegex(wrong, "it may have 60,000,000")


class Playground(Folder):
    def test_is_copied_whole(self):
        for name in ("index.html", "gan.wasm.gz", "wasm_exec.js", "worker.js"):
            self.write(f"page/{name}", name)
        book.copy_playground(self.folder / "page", self.folder / "site")
        self.assertEqual("worker.js", (self.folder / "site" / "worker.js").read_text())

    def test_is_refused_without_its_program(self):
        self.write("page/index.html", "")
        with self.assertRaisesRegex(book.Refused, "gan.wasm.gz is missing"):
            book.copy_playground(self.folder / "page", self.folder / "site")


class PagesThatCompute(unittest.TestCase):
    def test_are_in_the_contents_of_both_languages(self):
        deck = {"slides": [], "notebooks": [], "equations": []}
        for language in book.LANGUAGES:
            pages = book.pages(language, deck, {})
            for name in ("playground", "digits"):
                self.assertIn(f"\n{name}\n", pages["index.md"])
                self.assertIn(f'class="compute" href="../{name}/index.html#lang={language}"', pages[f"{name}.md"])
                self.assertIn("python3 -m http.server", pages[f"{name}.md"])


class PagesOfTheDeck(unittest.TestCase):
    deck = {
        "slides": [{"id": "slide-1", "title": {"en": "Start", "ko": "시작"}, "notebooks": ["01-why"],
                    "lines": ["첫 줄", "둘째 줄"]}],
        "notebooks": [{"name": "01-why", "title": {"en": "Why & how", "ko": "왜"}, "slides": ["slide-1"]}],
        "equations": [
            {"latex": "V", "slides": ["slide-1"], "paper": "P", "where": "equation 1", "symbol": "ganlib.Value"},
            {"latex": "", "slides": ["slide-1"], "paper": "P", "where": "equation 2", "symbol": "ganlib.None"},
            {"latex": "W", "slides": ["slide-2"], "paper": "P", "where": "equation 3", "symbol": "ganlib.Other"},
        ],
    }

    def test_lead_to_notebooks_by_slide_and_by_name(self):
        english = book.pages("en", self.deck, {"01-why": "abc.png"})
        self.assertEqual({"index.md", "slides.md", "licences.md", "playground.md", "digits.md"}, set(english))
        card = ('<a href="01-why.html"><img loading="lazy" alt="" src="../pictures/abc.png"><span>1. Why &amp; how</span>'
                '<span class="slides">Slides: 1</span></a>')
        self.assertIn(card, english["index.md"])
        self.assertIn("\n01-why\n", english["index.md"])
        self.assertIn("## Slide 1. Start", english["slides.md"])
        self.assertIn("$$V$$\n\nP, equation 1: `ganlib.Value`", english["slides.md"])
        self.assertNotIn("equation 2", english["slides.md"], "a formula that is empty")
        self.assertNotIn("equation 3", english["slides.md"], "a formula of another slide")
        self.assertIn(card, english["slides.md"])

    def test_are_in_both_languages(self):
        korean = book.pages("ko", self.deck, {"01-why": None})
        self.assertIn("<span>1. 왜</span>", korean["index.md"])
        self.assertNotIn("<img", korean["index.md"])
        self.assertIn("## 슬라이드 1. 시작\n\n> 첫 줄\n>\n> 둘째 줄\n>\n\n", korean["slides.md"])
        self.assertEqual(set(book.pages("en", self.deck, {"01-why": None})), set(korean))


if __name__ == "__main__":
    unittest.main()
