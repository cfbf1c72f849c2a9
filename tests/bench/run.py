"""Times this library, beside its peers if asked, and writes the tables in README.md.

    python3 tests/bench/run.py [--peers] [--rounds 5] [--seconds 1.5] [--only lsun64] [--readme]

Everyone is one process a game, made ready before the first round; then they take turns on the same cores while the
others wait. Ratios are taken within a round, and the tables have the median of the rounds. What ran is told on the
standard error. The peers' environments are made in build/bench, where they are found again.
"""
import argparse
import datetime
import json
import os
import re
import statistics
import subprocess
import sys
import threading
import venv

import quiet
import work

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
BUILD = os.path.join(ROOT, "build", "bench")
PEERS = {"torch": "PyTorch", "tensorflow": "TensorFlow", "jax": "JAX"}
GAMES = {  # with the titles of their tables
    ("line", 128): "the 1-D game, batch 128",
    ("ring8", 256): "`ring8`, batch 256",
    ("mnist", 100): "`mnist`, the 2014 networks, batch 100",
    ("mnist28", 32): "`mnist28`, batch 32",
    ("mnist28", 128): "`mnist28`, batch 128",
    ("lsun64", 32): "`lsun64`, batch 32",
}
OURS = "xla:cpu"


def told(*command):
    """What a command prints."""
    return subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True).stdout.strip()


def python_of(peer):
    """The Python of a peer's environment, which is made if its requirements have changed or it is not there."""
    place, requirements = os.path.join(BUILD, peer), os.path.join(HERE, f"requirements-{peer}.txt")
    python, stamp = os.path.join(place, "bin", "python"), os.path.join(place, "made-of.txt")
    text = "".join(open(path).read() for path in [requirements, os.path.join(ROOT, "tests", "golden", "requirements.txt")])
    if not (os.path.exists(stamp) and open(stamp).read() == text):
        print(f"making {place} ...", file=sys.stderr)
        if not os.path.exists(python):
            venv.create(place, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "-q", "-r", requirements], check=True, stdout=sys.stderr)
        with open(stamp, "w") as file:
            file.write(text)
    return python


class Contestant:
    """A process that takes turns: see bench.peer and turns in main.go."""

    def __init__(self, name, command, limit):
        self.name, self.limit = name, limit
        self.process = subprocess.Popen(command, cwd=HERE, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.ready, self.rounds = self.answer(), []

    def answer(self):
        """The next line it prints, if it comes within the limit."""
        killer = threading.Timer(self.limit, self.process.kill)
        killer.start()
        line = self.process.stdout.readline()
        killer.cancel()
        if not line:
            raise RuntimeError(f"{self.name} ended")
        return json.loads(line)

    def processor_seconds(self):
        fields = open(f"/proc/{self.process.pid}/stat").read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def turn(self, seconds):
        watch, before = quiet.Watch(), self.processor_seconds()
        print(seconds, file=self.process.stdin, flush=True)
        figures = self.answer()
        used, wall = self.processor_seconds() - before, watch.seconds()
        return figures | {"cores": used / wall, "others": max(0, watch.working() - used / wall / len(watch.cores))}

    def end(self):
        """The most memory it ever held, in MiB."""
        self.process.stdin.close()
        _, status, usage = os.wait4(self.process.pid, 0)
        self.process.returncode = os.waitstatus_to_exitcode(status)
        return usage.ru_maxrss / 1024


def contestants(args, game, batch):
    ours = [[os.path.join(BUILD, "ours"), "game", game, str(batch), engine] for engine in (OURS, "go")]
    if game == "product":
        ours = [[os.path.join(BUILD, "ours"), "product", OURS]]
    commands = {"GANs in Go, " + command[-1]: command for command in ours}
    for peer, name in PEERS.items() if args.peers else []:
        script = os.path.join(HERE, f"peer_{peer}.py")
        commands[name] = [python_of(peer), script, game, str(batch), str(args.threads)]
    return commands


def measure(args, game, batch):
    """Every contestant of a game after all rounds, with its peak of memory."""
    field = []
    try:
        for name, command in contestants(args, game, batch).items():
            field.append(Contestant(name, command, args.limit))
        for i in range(args.rounds):
            for c in field if i % 2 == 0 else field[::-1]:
                quiet.wait(args.patience)
                figures = c.turn(args.seconds)
                c.rounds.append(figures)
                print(f"{game} {batch} round {i + 1} {c.name}: {figures['ms']:.4g} ms, {figures['cores']:.2f} cores, "
                      f"others {figures['others']:.0%}", file=sys.stderr, flush=True)
    finally:
        for c in field:
            c.peak = c.end()
    return field


def ratio(of, to):
    """How many times as fast as another."""
    return statistics.median(b["ms"] / a["ms"] for a, b in zip(of.rounds, to.rounds))


def table(title, field, flops, peak):
    against = [c for c in field if not c.name.startswith("GANs")]
    heads = [title, "ms an iteration", "fastest, slowest round"] + ["× " + c.name for c in against]
    heads += ["of the peak", "cores busy", "first iteration, s", "peak memory, MiB", "others, at most"]
    lines = ["| " + " | ".join(heads) + " |", "|---" * len(heads) + "|"]
    for c in field:
        times = [f["ms"] for f in c.rounds]
        ms = statistics.median(times)
        cells = [c.name, f"{ms:.4g}", f"{min(times):.4g}, {max(times):.4g}"]
        cells += [f"**{ratio(c, other):.2f}**" if c.name.startswith("GANs") else "" for other in against]
        cells += [f"{flops / ms / 1e6 / peak:.0%}", f"{statistics.median(f['cores'] for f in c.rounds):.2f}"]
        cells += [f"{c.ready['first_s']:.1f}", f"{c.peak:.0f}", f"{max(f['others'] for f in c.rounds):.0%}"]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def product(args):
    """The GFLOP/s of a product of matrices, by the best of the contestants, and a line that says whose."""
    field = measure(args, "product", 1)
    rates = {c.name: 2 * 2048**3 / 1e6 / min(f["ms"] for f in c.rounds) for c in field}
    best = max(rates, key=rates.get)
    others = ", ".join(f"{name} {rate:.0f}" for name, rate in rates.items() if name != best)
    return rates[best], (f"The peak is {rates[best]:.0f} GFLOP/s, a product of 2048×2048 matrices by {best}"
                         + (f" ({others})" if others else "") + ".\n")


def layers(args):
    """A table of GFLOP/s: forward, gradient of the input, gradient of the kernel."""
    commands = {"GANs in Go, " + OURS: [os.path.join(BUILD, "ours"), "layers"]}
    for peer in ("torch", "tensorflow") if args.peers else []:
        commands[PEERS[peer]] = [python_of(peer), os.path.join(HERE, "layers.py"), peer, str(args.threads)]
    rows = {}
    for command in commands.values():
        quiet.wait(args.patience)
        for line in told(*command).splitlines():
            row = json.loads(line)
            rows.setdefault((row["layer"], row["batch"]), []).append(" / ".join(f"{r:.0f}" for r in row["gflops"]))
    lines = ["| layer | batch | " + " | ".join(commands) + " |", "|---" * (2 + len(commands)) + "|"]
    lines += [f"| {name} | {batch} | {' | '.join(cells)} |" for (name, batch), cells in rows.items()]
    return "\n".join(lines) + "\n"


def overhead(args):
    """A table of runs as users have them beside bare loops."""
    lines = ["| run | iterations | bare loop, ms | run, ms | more |", "|---|---|---|---|---|"]
    for name, steps in ("figure1", 1000), ("ring8", 1000), ("mnist", 500), ("mnist28", 100):
        if args.only in (None, name):
            quiet.wait(args.patience)
            f = json.loads(told(os.path.join(BUILD, "ours"), "run", name, str(steps)).splitlines()[-1])
            lines.append(f"| `{name}` | {f['steps']} | {f['bare_ms']:.4g} | {f['run_ms']:.4g} | {f['run_ms'] / f['bare_ms'] - 1:+.0%} |")
    return "\n".join(lines) + "\n"


def machine(threads):
    """What ran on what."""
    with open("/proc/cpuinfo") as info:
        text = info.read()
    field = lambda name: (re.findall(rf"(?m)^{name}\s*: (.*)$", text) or ["?"])[0]
    go = told("go", "env", "GOVERSION", "GOEXPERIMENT").split()
    gomlx = told("go", "list", "-m", "-f", "{{.Version}}", "github.com/gomlx/gomlx")
    with open(os.path.join(ROOT, "docker", "requirements-pjrt.txt")) as pins:
        plugin = re.search(r"(?m)^[\w-]+==[\w.]+", pins.read()).group()
    commit = told("git", "rev-parse", "--short", "HEAD") + ("" if not told("git", "status", "--porcelain", "-uno") else ", changed")
    features = [f for f in ("avx2", "avx512f", "amx_tile") if f in field("flags").split()]
    return (f"{datetime.date.today()}, {field('model name')} (family {field('cpu family')}, model {field('model')}; "
            f"{', '.join(features)}), {threads} cores. Commit {commit}; {' '.join(go)}, GoMLX {gomlx}, XLA of {plugin}")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--peers", action="store_true", help="PyTorch, TensorFlow and JAX too")
    parser.add_argument("--readme", action="store_true", help="put the tables into README.md")
    parser.add_argument("--only", choices=sorted({game for game, _ in GAMES}), help="one game")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1.5, help="of a turn; at least one iteration")
    parser.add_argument("--threads", type=int, default=2, help="cores, the same for all")
    parser.add_argument("--patience", type=float, default=10, help="seconds to wait, before each turn, for idle cores")
    parser.add_argument("--limit", type=float, default=600, help="seconds without an answer after which one has failed")
    return parser.parse_args()


def write(readme, text):
    """Puts the tables between their marks."""
    with open(readme) as file:
        before, _, rest = file.read().partition("<!-- written by run.py -->\n")
    after = rest.partition("<!-- end -->\n")[2]
    with open(readme, "w") as file:
        file.write(f"{before}<!-- written by run.py -->\n{text}<!-- end -->\n{after}")


def main():
    args = arguments()
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) < args.threads:
        sys.exit(f"run.py: --threads {args.threads} on {len(cores)} cores")
    where = machine(args.threads)
    os.makedirs(BUILD, exist_ok=True)
    told("go", "build", "-o", os.path.join(BUILD, "ours"), "./tests/bench")
    os.sched_setaffinity(0, cores[:args.threads])  # and with it, whoever is started
    peak, line = product(args)
    parts, versions = [], set()
    for (game, batch), title in GAMES.items():
        if args.only in (None, game):
            field = measure(args, game, batch)
            versions |= {c.ready["who"] for c in field if not c.name.startswith("GANs")}
            parts.append(table(title, field, work.flops(game, batch), peak))
    head = "; ".join([where, *sorted(versions)]) + f". {args.rounds} rounds of {args.seconds} s. {line}"
    parts = [head, *parts]
    if args.only in (None, "mnist28", "lsun64"):
        parts += ["GFLOP/s of the convolutions, forward / gradient of the input / gradient of the kernel:\n", layers(args)]
    parts += ["Runs with records, samples and checkpoints beside bare loops:\n", overhead(args)]
    text = "\n".join(parts)
    print(text)
    if args.readme:
        write(os.path.join(HERE, "README.md"), text)


if __name__ == "__main__":
    main()
