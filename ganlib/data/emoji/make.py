"""Makes emoji.zip: Google's Noto emoji at 64 x 64 over white, in one folder for each of Unicode's groups.

The drawings and the names come from two Debian packages (bookworm), which apt unpacks without installing:

    apt-get download fonts-noto-color-emoji=2.042-0+deb12u1 unicode-data=15.0.0-1
    for package in *.deb; do dpkg-deb -x $package .; done
    pip install fonttools==4.60.1 uharfbuzz==0.57.0 pillow==13.0.0
    python3 make.py usr/share/fonts/truetype/noto/NotoColorEmoji.ttf usr/share/unicode/emoji/emoji-test.txt emoji.zip
"""

import hashlib
import io
import pathlib
import re
import sys
import unicodedata
import zipfile

import uharfbuzz
from fontTools.ttLib import TTFont
from PIL import Image

SOURCES = (  # what was read, in the order of the arguments
    "e5899ed38b8ed83e08bd3ac5de09791e9d19d288333a796de1d35ad17396f1ec",
    "8445f23ac8388e096be19d0262e14fceff856ff52093f2356dc89485f1a853db",
)
SIZE = 64
LEFT_OUT = "Component", "Symbols", "Flags"  # parts of emoji, and signs: neither are drawings of things
SKIN_TONES = range(0x1F3FB, 0x1F3FF + 1)
FEMALE, MALE, MAN, WOMAN = 0x2640, 0x2642, 0x1F468, 0x1F469


def is_copy(points):
    """Whether an emoji is another one over again in a skin tone, or as a man, a woman or a family of them."""
    gendered = points[0] in (MAN, WOMAN) or FEMALE in points or MALE in points
    return any(p in SKIN_TONES for p in points) or len(points) > 1 and gendered


def base_emoji(test_file):
    """Yields the text, the group and the name of each emoji that we take, in Unicode's order."""
    group = None
    for line in test_file.splitlines():
        if line.startswith("# group:"):
            group = line.removeprefix("# group:").strip()
        entry = re.match(r"([0-9A-F ]+?) *; fully-qualified +# \S+ E[\d.]+ (.+)", line)
        if entry and group not in LEFT_OUT:
            points = [int(p, 16) for p in entry[1].split()]
            if not is_copy(points):
                yield "".join(map(chr, points)), group, entry[2]


class Drawings:
    """The bitmaps of a colour font, [128, 136] with transparency, by the text that shows them."""

    def __init__(self, font):
        self.names = TTFont(io.BytesIO(font))
        self.bitmaps = self.names["CBDT"].strikeData[0]
        self.shaper = uharfbuzz.Font(uharfbuzz.Face(font))

    def draw(self, text):
        """The drawing of one emoji, which the font may have to put together from several code points."""
        buffer = uharfbuzz.Buffer()
        buffer.add_str(text)
        buffer.guess_segment_properties()
        uharfbuzz.shape(self.shaper, buffer)
        glyphs = [self.names.getGlyphName(info.codepoint) for info in buffer.glyph_infos]
        (glyph,) = [g for g in glyphs if g in self.bitmaps]
        return Image.open(io.BytesIO(self.bitmaps[glyph].imageData)).convert("RGBA")


def framed(drawing):
    """The whole drawing in the middle of a white square, resized."""
    side = max(drawing.size)
    square = Image.new("RGBA", (side, side), "white")
    square.alpha_composite(drawing, ((side - drawing.width) // 2, (side - drawing.height) // 2))
    return square.convert("RGB").resize((SIZE, SIZE), Image.Resampling.LANCZOS)


def plain(text):
    """A name in lower-case ASCII letters, digits and hyphens."""
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", ascii_text.lower()).strip("-")


def main():
    *sources, target = map(pathlib.Path, sys.argv[1:])
    contents = [path.read_bytes() for path in sources]
    for path, content, expected in zip(sources, contents, SOURCES, strict=True):
        found = hashlib.sha256(content).hexdigest()
        if found != expected:
            sys.exit(f"{path} has SHA-256 {found}: want {expected}")
    font, test_file = contents
    drawings = Drawings(font)
    taken = [(plain(name), plain(group), text) for text, group, name in base_emoji(test_file.decode())]
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name, group, text in sorted(taken):
            png = io.BytesIO()
            framed(drawings.draw(text)).save(png, "PNG", optimize=True)
            archive.writestr(zipfile.ZipInfo(f"{group}/{name}.png"), png.getvalue())
    print(len(taken), "emoji,", target.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
