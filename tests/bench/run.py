"""Times dcganlib beside PyTorch and TensorFlow, taking turns, and prints the result in Markdown.

    python3 tests/bench/run.py --torch VENV/bin/python --tensorflow VENV/bin/python [--rounds 3] [--only lsun64]

Every figure comes from a process of its own, on the same cores for all. In a round each contestant runs
once; ratios are taken within a round, and the table has the median of the rounds. What ran is told on the
standard error, a line a process.
"""
import argparse
import datetime
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import threading

import quiet

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
CASES = [("mnist28", 128), ("mnist28", 32), ("lsun64", 32)]  # presets with the batch


class Contestant:
    def __init__(self, name, command, parse, environment={}):
        self.name, self.command, self.parse = name, command, parse  # command(preset, batch), parse(output)
        self.environment = environment


def ours(binary, backend, seconds):
    def command(preset, batch):
        case = f"^Benchmark{preset.upper()}$/^{backend}$/^{batch}$"
        return [binary, "-test.run", "^$", "-test.bench", case, "-test.benchtime", f"{seconds}s"]

    def parse(output):
        line = next(line for line in output.splitlines() if line.startswith("Benchmark"))
        figures = {unit: float(value) for value, unit in re.findall(r"(\S+) (images/s|first-s)", line)}
        return {"images_per_s": figures["images/s"], "first_s": figures["first-s"]}

    return Contestant("GoMLX, " + backend, command, parse)


# glibc keeps freed memory instead of handing it back to the kernel page by page.
KEEP_MEMORY = {"MALLOC_MMAP_THRESHOLD_": str(4 << 30), "MALLOC_TRIM_THRESHOLD_": str(16 << 30), "MALLOC_TOP_PAD_": str(64 << 20)}


def peer(name, python, script, args, *options, environment={}):
    def command(preset, batch):
        return [python, os.path.join(HERE, script), preset, "--batch", str(batch),
                "--seconds", str(args.seconds), "--threads", str(args.threads), *options]

    return Contestant(name, command, lambda output: json.loads(re.findall(r"(?m)^{.*}$", output)[-1]), environment)


def run(contestant, preset, batch, limit):
    """One process: its figures, with the peak of its memory and the share of the cores others used."""
    watch = quiet.Watch()
    with tempfile.TemporaryFile("w+") as output:
        process = subprocess.Popen(contestant.command(preset, batch), cwd=os.path.join(ROOT, "dcganlib"), text=True,
                                   env=os.environ | contestant.environment, stdout=output, stderr=subprocess.STDOUT)
        killer = threading.Timer(limit, process.kill)
        killer.start()
        try:
            _, status, usage = os.wait4(process.pid, 0)  # as subprocess does, but it tells the peak of memory
            process.returncode = os.waitstatus_to_exitcode(status)
        finally:
            killer.cancel()
            process.kill()  # if interrupted
        output.seek(0)
        text = output.read()
    if process.returncode != 0:
        raise RuntimeError(f"{contestant.name}, {preset}: exit status {process.returncode}\n{text}")
    return contestant.parse(text) | {"peak_mib": usage.ru_maxrss / 1024, "others": watch.others()}


def measure(contestants, preset, batch, args):
    """Every contestant's figures, a list of one a round."""
    figures = {c.name: [] for c in contestants}
    for i in range(args.rounds):
        for c in contestants if i % 2 == 0 else contestants[::-1]:
            quiet.wait(args.patience)
            f = run(c, preset, batch, args.limit)
            figures[c.name].append(f)
            print(f"{preset} {batch} round {i + 1} {c.name}: {f['images_per_s']:.2f} images/s, first {f['first_s']:.1f} s, "
                  f"{f['peak_mib']:.0f} MiB, others {f['others']:.0%}", file=sys.stderr, flush=True)
    return figures


def table(preset, batch, figures, against):
    """The rows of one case."""
    def median(name, key):
        return statistics.median(f[key] for f in figures[name])

    def ratio(name, other):
        pairs = zip(figures[name], figures[other])
        return f"{statistics.median(a['images_per_s'] / b['images_per_s'] for a, b in pairs):.2f}"

    heads = ["", "images/s", "slowest, fastest round"] + ["÷ " + other for other in against]
    heads += ["first iteration, s", "peak memory, MiB", "cores used by others"]
    lines = [f"**{preset}, batch {batch}**", "", "| " + " | ".join(heads) + " |", "|---" * len(heads) + "|"]
    for name, rounds in figures.items():
        speeds = [f["images_per_s"] for f in rounds]
        cells = [name, f"{median(name, 'images_per_s'):.4g}", f"{min(speeds):.4g}, {max(speeds):.4g}"]
        cells += [ratio(name, other) for other in against]
        cells += [f"{median(name, 'first_s'):.1f}", f"{median(name, 'peak_mib'):.0f}"]
        cells += [f"{max(f['others'] for f in rounds):.0%} at most"]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def told(*command):
    """What a command prints."""
    return subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True).stdout.strip()


def machine(threads):
    """What ran on what."""
    with open("/proc/cpuinfo") as info:
        processor = next((line.split(":")[1].strip() for line in info if line.startswith("model name")), os.uname().machine)
    go = told("go", "env", "GOVERSION", "GOEXPERIMENT").split()
    gomlx = told("go", "list", "-m", "-f", "{{.Version}}", "github.com/gomlx/gomlx")
    with open(os.path.join(ROOT, "docker", "requirements-pjrt.txt")) as pins:
        plugin = re.search(r"(?m)^[\w-]+==[\w.]+", pins.read()).group()
    commit = told("git", "rev-parse", "--short", "HEAD") + ("" if not told("git", "status", "--porcelain", "-uno") else ", changed")
    return (f"{datetime.date.today()}, {processor}, {threads} cores. Commit {commit}; {' '.join(go)}, "
            f"GoMLX {gomlx}, XLA of {plugin}")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--torch", help="Python of an environment with requirements-torch.txt")
    parser.add_argument("--tensorflow", help="Python of an environment with requirements-tensorflow.txt")
    parser.add_argument("--variants", action="store_true", help="the peers in other settings too")
    parser.add_argument("--no-go", action="store_true", help="without the Go backend, whose lsun64 takes minutes a round")
    parser.add_argument("--only", choices=sorted({preset for preset, _ in CASES}), help="one preset")
    parser.add_argument("--batch", type=int, help="one batch size")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=20, help="of iterations timed a process")
    parser.add_argument("--threads", type=int, default=2, help="cores, the same for all")
    parser.add_argument("--patience", type=float, default=60, help="seconds to wait, before each process, for idle cores")
    parser.add_argument("--limit", type=float, default=600, help="seconds after which a process has failed")
    return parser.parse_args()


def field(args, binary):
    """Who takes part, and whom the others are compared with."""
    contestants = [ours(binary, "xla:cpu", args.seconds)]
    if not args.no_go:
        contestants.append(ours(binary, "go", args.seconds))
    against = []
    if args.torch:
        against.append("PyTorch")
        contestants.append(peer("PyTorch", args.torch, "torch_dcgan.py", args))
    if args.tensorflow:
        against.append("TensorFlow")
        contestants.append(peer("TensorFlow", args.tensorflow, "tf_dcgan.py", args))
    if args.torch and args.variants:
        contestants.append(peer("PyTorch, memory kept", args.torch, "torch_dcgan.py", args, environment=KEEP_MEMORY))
    if args.tensorflow and args.variants:
        contestants.append(peer("TensorFlow, jit_compile", args.tensorflow, "tf_dcgan.py", args, "--jit-compile"))
        contestants.append(peer("TensorFlow, one operation at a time", args.tensorflow, "tf_dcgan.py", args, "--one-op"))
    return contestants, against


def main():
    args = arguments()
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) < args.threads:
        sys.exit(f"run.py: --threads {args.threads} on {len(cores)} cores")
    where = machine(args.threads)
    with tempfile.TemporaryDirectory() as place:
        binary = os.path.join(place, "dcganlib.test")
        told("go", "test", "-c", "-o", binary, "./dcganlib")
        os.sched_setaffinity(0, cores[:args.threads])  # and with it, whoever is started
        contestants, against = field(args, binary)
        versions = set()
        for preset, batch in CASES:
            if args.only in (None, preset) and args.batch in (None, batch):
                figures = measure(contestants, preset, batch, args)
                versions |= {figures[name][0]["who"] for name in against}
                print(table(preset, batch, figures, against), flush=True)
    print("; ".join([where, *sorted(versions)]) + f". {args.rounds} rounds of {args.seconds} s.")


if __name__ == "__main__":
    main()
