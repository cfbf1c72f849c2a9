"""What the peers' scripts share: the games' data, the clock, and taking turns."""
import argparse
import json
import statistics
import sys
import time

import numpy

# The trainable numbers of G and D, as the presets have them: the peers' networks are held to these.
PARAMETERS = {
    "line": [1153, 1153],
    "ring8": [17_922, 17_025],
    "mnist": [2_503_984, 1_231_441],
    "mnist28": [6_820_538, 6_688_202],
    "lsun64": [18_885_760, 17_232_768],
}
SIZE = 2048  # of the matrices of "product"


def pictures(n, side, channels):
    """The batch [n, side, side, channels]: waves, each of its own phase, from 0 to 1 if grey and from -1 if not."""
    image, row, column, channel = numpy.ogrid[:n, :side, :side, :channels]
    x = numpy.sin(2 * numpy.pi * (row + column) / side + image + channel).astype("float32")
    return x if channels > 1 else (x + 1) / 2


def ring(n):
    """The batch [n, 2] of eight blots on a circle."""
    angle = 2 * numpy.pi * numpy.random.default_rng(1).integers(8, size=n) / 8
    centre = 2 * numpy.stack([numpy.cos(angle), numpy.sin(angle)], 1)
    return (centre + 0.02 * numpy.random.default_rng(2).standard_normal((n, 2))).astype("float32")


def median(seconds, some):
    """The median milliseconds of an iteration, over calls of some() for at least the seconds. It returns how many it made."""
    each, began = [], time.perf_counter()
    while not each or time.perf_counter() - began < seconds:
        start = time.perf_counter()
        n = some()
        each.append(1e3 * (time.perf_counter() - start) / n)
    return statistics.median(each)


def peer(who, doc, game):
    """A peer's main program: it says how long the first iteration took, then answers each line of the standard input, a
    number of seconds, by the median time of an iteration in them.

    game(name, batch, threads) returns iterate(n), which makes n iterations and returns the losses of the last; the
    parameters of G and D, or None; and the n of a call, or None for as many as take a quarter of a second."""
    parser = argparse.ArgumentParser(description=doc.split("\n")[0])
    parser.add_argument("game", choices=["product", *PARAMETERS])
    parser.add_argument("batch", type=int)
    parser.add_argument("threads", type=int)
    args = parser.parse_args()
    start = time.perf_counter()
    iterate, counts, n = game(args.game, args.batch, args.threads)
    assert counts == PARAMETERS.get(args.game), (counts, PARAMETERS.get(args.game))
    pace = n is None
    n = n or 1
    iterate(n)
    first = time.perf_counter() - start

    def some():
        nonlocal n
        made, began = n, time.perf_counter()
        losses = iterate(n)
        assert numpy.isfinite(losses).all(), losses
        if pace:
            n = max(1, min(4 * n, int(0.25 * n / (time.perf_counter() - began))))
        return made

    for _ in range(3):
        some()
    print(json.dumps({"who": who, "first_s": first, "parameters": counts}), flush=True)
    for line in sys.stdin:
        print(json.dumps({"ms": median(float(line), some)}), flush=True)
