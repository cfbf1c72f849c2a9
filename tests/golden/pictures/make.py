"""Makes the pictures that ganlib/data/folder is tested with, by Pillow: formats that Go cannot write, and
resized pictures to compare with."""

import pathlib

import numpy as np
from PIL import Image, ImageOps

OUT = pathlib.Path(__file__).parent

RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)


def quarters(mode, colours, side=32):
    """Four squares of one colour each: top left, top right, bottom left, bottom right."""
    picture = Image.new(mode, (side, side))
    for i, colour in enumerate(colours):
        x, y = i % 2 * side // 2, i // 2 * side // 2
        picture.paste(colour, (x, y, x + side // 2, y + side // 2))
    return picture


def formats():
    """What Go's own encoders do not write."""
    inks = [(255, 0, 0, 0), (0, 255, 0, 0), (0, 0, 255, 0), (0, 0, 0, 255)]
    quarters("CMYK", inks).save(OUT / "cmyk.jpg", quality=95)
    quarters("RGB", [RED, GREEN, BLUE, WHITE]).save(OUT / "lossy.webp", quality=95)
    half = (0, 0, 255, 128)
    quarters("RGBA", [RED, GREEN, half, (0, 0, 0, 0)]).save(OUT / "lossless.webp", lossless=True, exact=True)
    quarters("LA", [(0, 255), (128, 255), (0, 128), (0, 0)]).save(OUT / "grey-alpha.png")
    quarters("RGB", [RED, GREEN, BLUE, WHITE]).save(OUT / "progressive.jpg", quality=95, progressive=True)


def animations():
    """WebP animations whose first frame is the four quarters: lossless with alpha, and lossy with alpha."""
    half = (0, 0, 255, 128)
    first = quarters("RGBA", [RED, GREEN, half, (0, 0, 0, 0)])
    rest = [quarters("RGBA", [(0, 0, 0, 255)] * 4)]
    first.save(OUT / "animated.webp", save_all=True, append_images=rest, lossless=True, exact=True, duration=100)
    first.save(OUT / "animated-lossy.webp", save_all=True, append_images=rest, quality=95, duration=100)


def others():
    """Formats of scanners, of Windows and of Netpbm."""
    colour, grey = quarters("RGB", [RED, GREEN, BLUE, WHITE]), quarters("L", [0, 85, 170, 255])
    colour.save(OUT / "colour.bmp")
    colour.save(OUT / "lzw.tiff", compression="tiff_lzw")
    colour.save(OUT / "colour.ppm")
    grey.save(OUT / "grey.pgm")
    grey.convert("1", dither=Image.Dither.NONE).save(OUT / "black.pbm")


def orientations():
    """One picture as eight cameras would have stored it, each with the tag that says how it was held."""
    upright = quarters("RGB", [RED, GREEN, BLUE, WHITE])
    turn = Image.Transpose
    # What the tag says must be done to see the picture upright; here the inverse of it is done.
    inverse = {
        1: None, 2: turn.FLIP_LEFT_RIGHT, 3: turn.ROTATE_180, 4: turn.FLIP_TOP_BOTTOM,
        5: turn.TRANSPOSE, 6: turn.ROTATE_90, 7: turn.TRANSVERSE, 8: turn.ROTATE_270,
    }
    for tag, change in inverse.items():
        stored = upright if change is None else upright.transpose(change)
        exif = Image.Exif()
        exif[0x0112] = tag
        path = OUT / f"orientation-{tag}.jpg"
        stored.save(path, quality=95, subsampling=0, exif=exif)
        seen = np.asarray(ImageOps.exif_transpose(Image.open(path)), int)
        assert abs(seen - np.asarray(upright, int)).max() < 16
    exif = Image.Exif()
    exif[0x0112] = 6
    stored = upright.transpose(inverse[6])
    stored.save(OUT / "orientation-6.png", exif=exif)
    stored.save(OUT / "orientation-6.webp", lossless=True, exif=exif)
    stored.save(OUT / "orientation-6.tiff", tiffinfo={0x0112: 6})


def resized():
    """A picture with slopes, edges and noise, cut and resized by Pillow's cubic filter, which is
    Catmull-Rom (a = -1/2) and widened where it shrinks. Its values stay away from 0 and 255: the filter
    overshoots at edges, and Pillow cuts that off after the columns and again after the rows."""
    height, width = 47, 62
    y, x = np.mgrid[:height, :width]
    noise = np.random.default_rng(1).integers(0, 32, (height, width, 3))
    slopes = np.stack([x, 2 * y, 100 * ((x // 8 + y // 8) % 2)], axis=-1)
    picture = Image.fromarray((64 + slopes + noise).astype(np.uint8))
    picture.save(OUT / "resize.png")
    for crop, size in [(0, 16), (0, 64), (21, 32), (30, 11)]:
        side = crop or min(height, width)
        left, top = (width - side) // 2, (height - side) // 2
        cut = picture.crop((left, top, left + side, top + side))
        cut.resize((size, size), Image.Resampling.BICUBIC).save(OUT / f"resize-{crop}-{size}.png")


if __name__ == "__main__":
    formats()
    animations()
    others()
    orientations()
    resized()
