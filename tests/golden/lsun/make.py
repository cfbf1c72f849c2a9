"""Make the LMDBs again: python tests/golden/lsun/make.py

An LMDB in LSUN's layout: a picture a value, as webp or jpeg, under a key of 40 hexadecimal digits.
"""

import hashlib
import io
import json
import pathlib
import shutil
import tempfile
import zipfile

import lmdb
import numpy as np
from PIL import Image, features

HERE = pathlib.Path(__file__).parent

# LSUN's smaller side is 256. Small ones keep the file small; two are large enough for pages of their own.
SIZES = [(48, 40), (40, 48), (40, 40), (60, 40), (40, 70), (44, 40), (160, 120), (120, 176)]


def picture(seed, width, height):
    """Waves in three colours, and a grain that a codec cannot pack away."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:height, :width] / 40
    phase, slope = rng.uniform(0, 6, (2, 3))
    waves = [128 + 90 * np.sin(2 * x * np.cos(s) + 2 * y * np.sin(s) + p) for p, s in zip(phase, slope)]
    grain = rng.normal(0, 8, (height, width, 1))
    return Image.fromarray(np.clip(np.stack(waves, -1) + grain, 0, 255).astype(np.uint8))


def packed(image, form):
    """The bytes of a picture, and what Pillow makes of them."""
    to = io.BytesIO()
    image.save(to, form, quality=75)
    return to.getvalue(), Image.open(io.BytesIO(to.getvalue())).convert("RGB")


def entries():
    """Key, value, and what is known of the picture, in the order of the keys."""
    found = []
    for seed, (width, height) in enumerate(SIZES):
        form = ["webp", "jpeg"][seed % 2]
        value, image = packed(picture(seed, width, height), form)
        key = hashlib.sha1(value).hexdigest()
        about = {"key": key, "form": form, "width": width, "height": height}
        # Frame{Size: 8, Channels: 3}: the middle, by a Catmull-Rom filter, which Pillow calls bicubic.
        side = min(width, height)
        left, top = (width - side) // 2, (height - side) // 2
        image = image.resize((8, 8), Image.Resampling.BICUBIC, (left, top, left + side, top + side))
        about["pixels"] = np.asarray(image).ravel().tolist()
        found.append((key, value, about))
    return sorted(found)


def write(values):
    """An LMDB's data.mdb: these keys and values, and no slack."""
    with tempfile.TemporaryDirectory() as folder:
        with lmdb.open(folder, map_size=1 << 20) as env:
            with env.begin(write=True) as transaction:
                for key, value in values:
                    transaction.put(key.encode(), value)
        return pathlib.Path(folder, "data.mdb").read_bytes()


def main():
    found = entries()
    folder = HERE / "bedroom_test_lmdb"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    (folder / "data.mdb").write_bytes(write([(key, value) for key, value, _ in found]))
    with zipfile.ZipFile(HERE / "bedroom_test_lmdb.zip", "w", zipfile.ZIP_DEFLATED) as packing:
        for name, content in [("data.mdb", (folder / "data.mdb").read_bytes()), ("lock.mdb", bytes(8192))]:
            entry = zipfile.ZipInfo("bedroom_test_lmdb/" + name)
            packing.writestr(entry, content, zipfile.ZIP_DEFLATED)
    (HERE / "empty.mdb").write_bytes(write([]))
    spoilt = [(key, value if i != 2 else b"no picture") for i, (key, value, _) in enumerate(found)]
    (HERE / "spoilt.mdb").write_bytes(write(spoilt))
    # Pictures of LSUN's size, for the benchmark.
    for form in "webp", "jpeg":
        (HERE / f"size.{form}").write_bytes(packed(picture(100, 341, 256), form)[0])
    made_by = {"lmdb": lmdb.__version__, "LMDB": ".".join(map(str, lmdb.version())), "libwebp": features.version("webp")}
    images = ",\n".join(json.dumps(about) for _, _, about in found)
    (HERE / "about.json").write_text(f'{{"made by": {json.dumps(made_by)},\n"images": [\n{images}\n]}}\n')


main()
