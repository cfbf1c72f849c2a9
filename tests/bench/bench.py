"""What the peers' scripts share: their arguments, the data, the clock and the report."""
import argparse
import json
import resource
import statistics
import time

import numpy


def arguments(doc, **switches):
    """The command line; switches are options of one peer, by name, with their help."""
    parser = argparse.ArgumentParser(description=doc.split("\n")[0])
    parser.add_argument("preset", choices=["lsun64", "mnist28"])
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--seconds", type=float, default=20, help="of iterations timed, at least three")
    parser.add_argument("--threads", type=int, default=2)
    for name, text in switches.items():
        parser.add_argument("--" + name.replace("_", "-"), action="store_true", help=text)
    return parser.parse_args()


def pictures(n, side, channels):
    """The batch [n, side, side, channels] of ours (bench_test.go): waves, each of its own phase."""
    image, row, column, channel = numpy.ogrid[:n, :side, :side, :channels]
    x = numpy.sin(2 * numpy.pi * (row + column) / side + image + channel).astype("float32")
    return x if channels > 1 else (x + 1) / 2


def measure(peer, args, game):
    """Times the first iteration, two more to warm up, then args.seconds of them. Prints one line of JSON."""
    iteration, counts = game()
    start = time.perf_counter()
    first_losses = iteration()
    first = time.perf_counter() - start
    iteration(), iteration()
    times = []
    while len(times) < 3 or sum(times) < args.seconds:
        start = time.perf_counter()
        losses = iteration()
        times.append(time.perf_counter() - start)
    print(json.dumps({
        "who": peer, "preset": args.preset, "batch": args.batch, "threads": args.threads,
        "images_per_s": round(args.batch / statistics.median(times), 2),
        "slowest": round(args.batch / max(times), 2), "fastest": round(args.batch / min(times), 2),
        "iterations": len(times), "first_s": round(first, 3),
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "parameters": counts,
        "losses": [[round(loss, 4) for loss in pair] for pair in (first_losses, losses)],
    }))
