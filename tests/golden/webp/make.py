"""Make the WebP files again: python tests/golden/webp/make.py

Each is a row of patches of 16 x 16 pixels, one colour a patch. colours.json says what Pillow reads at the
middle of each.
"""

import json
import pathlib

import numpy as np
from PIL import Image

HERE = pathlib.Path(__file__).parent

COLOURS = [
    (0, 0, 0), (255, 255, 255), (128, 128, 128), (16, 16, 16), (235, 235, 235),
    (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 0), (0, 255, 255), (255, 0, 255), (200, 120, 40),
]  # fmt: skip


def row(colours):
    """Patches of these colours, side by side."""
    return Image.fromarray(np.repeat(np.repeat(np.array([colours], np.uint8), 16, 0), 16, 1))


FILES = {
    "lossy": (row(COLOURS), {"quality": 90}),
    "lossless": (row(COLOURS), {"lossless": True}),
    "lossy-alpha": (row([(*colour, 255 - 20 * i) for i, colour in enumerate(COLOURS)]), {"quality": 90}),
}

found = {}
for name, (image, how) in FILES.items():
    image.save(HERE / f"{name}.webp", **how)
    seen = np.asarray(Image.open(HERE / f"{name}.webp").convert("RGBA"))
    found[name] = seen[8, 8::16].tolist()
lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(colours)}" for name, colours in found.items())
(HERE / "colours.json").write_text(f"{{\n{lines}\n}}\n")
