"""Sphinx's settings for the book. book.py gives what differs between the languages: language, html_title, the words."""

import re
from importlib.metadata import distribution

from sphinx.search import SearchLanguage

project = "GANs in Go"
extensions = ["myst_nb"]
templates_path = ["templates"]
locale_dirs = ["locale"]  # words of furo and of the search that Sphinx has not in Korean

nb_execution_mode = "off"
nb_merge_streams = True  # a line printed is a message of its own
nb_ipywidgets_js = {}  # else scripts from two public servers
nb_render_markdown_format = "myst"  # with the formulas of Markdown that a cell prints
myst_enable_extensions = ["dollarmath", "amsmath", "colon_fence"]
myst_heading_anchors = 3
suppress_warnings = ["misc.highlighting_failure"]  # lines such as %% are gonb's, not Go

html_theme = "furo"
html_theme_options = {"top_of_page_buttons": ["view"]}  # templates/components/view-this-page.html: the other language
html_static_path = [
    "static",
    str(distribution("django-static-mathjax").locate_file("mathjax/static/mathjax/es5/tex-svg-full.js")),
]
html_css_files = ["book.css"]
html_js_files = ["book.js"]
html_copy_source = False
html_use_index = False
html_show_copyright = False  # a page of its own has all licences
html_show_search_summary = False  # it fetches every page found, which no browser does for a file

# One file with its glyphs in it. The menu would load more, some of it from a public server.
mathjax_path = "tex-svg-full.js"
mathjax3_config = {"options": {"enableMenu": False}}


class Korean(SearchLanguage):
    """Words with their beginnings. A particle is written onto the end of a Korean word, so that without these the search
    for 균형 would not find 균형이."""

    lang = "ko"
    language_name = "Korean"

    def split(self, text):
        for word in super().split(text):
            yield word
            hangul = re.match("[가-힣]{3,}", word)
            if hangul:
                yield from (hangul[0][:end] for end in range(2, len(hangul[0])))


def setup(app):
    app.add_search_language(Korean)
