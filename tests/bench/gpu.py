"""Times training on a GPU, in three precisions, beside PyTorch compiled, and prints the result in Markdown.

    python3 tests/bench/gpu.py --torch VENV/bin/python [--device xla:cuda] [--rounds 3] [--only mnist28]

Every figure comes from a process of its own, and both take turns. `make gpu-bench` runs it. With --device xla:cpu it
runs on a machine without a GPU, to see that it runs: there is no TF32 there.
"""
import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
PRESETS = ["mnist28", "lsun64"]

# By precision: the option of go-xla's engine, which decides over matrix products alone, and the word to NVIDIA's
# libraries, which decide over convolutions.
PRECISIONS = {
    "float32": (",notf32", {"NVIDIA_TF32_OVERRIDE": "0"}),
    "tf32": (",tf32", {}),
    "bfloat16": (",notf32", {"NVIDIA_TF32_OVERRIDE": "0"}),
}


def output(command, environment={}, cwd=ROOT):
    done = subprocess.run(command, cwd=cwd, env=os.environ | environment, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: exit status {done.returncode}\n{done.stdout}")
    return done.stdout


def ours(binary, preset, precision, args):
    option, environment = PRECISIONS[precision]
    network = "bfloat16" if precision == "bfloat16" else "float32"
    text = output([binary, "-test.run", "^$", "-test.bench", f"^BenchmarkDevice$/^{preset}$/^{network}$",
                   "-test.benchtime", f"{args.seconds}s"], environment | {"GAN_DEVICE": args.device + option})
    figures = {unit: float(value) for value, unit in re.findall(r"(\S+) (images/s|first-s)", text)}
    return {"images_per_s": figures["images/s"], "first_s": figures["first-s"]}


def theirs(preset, precision, args):
    device = args.device.split(":")[-1]
    text = output([args.torch, os.path.join(HERE, "torch_gpu.py"), preset, "--precision", precision,
                   "--device", device, "--seconds", str(args.seconds)])
    return json.loads(re.findall(r"(?m)^{.*}$", text)[-1])


def rounds(contestants, args):
    """The figures of each contestant, a list of one a round."""
    figures = {name: [] for name in contestants}
    for i in range(args.rounds):
        for name, run in list(contestants.items())[:: 1 if i % 2 == 0 else -1]:
            figures[name].append(run())
            print(f"round {i + 1} {name}: {figures[name][-1]}", file=sys.stderr, flush=True)
    return figures


def row(preset, precision, figures):
    def median(name, key="images_per_s"):
        return statistics.median(f[key] for f in figures[name])

    cells = [f"`{preset}`", precision]
    for name in figures:
        speeds = [f["images_per_s"] for f in figures[name]]
        cells += [f"{median(name):.4g} ({min(speeds):.4g}, {max(speeds):.4g})", f"{median(name, 'first_s'):.1f}"]
    if len(figures) > 1:
        us, them = figures.values()
        cells.append(f"{statistics.median(a['images_per_s'] / b['images_per_s'] for a, b in zip(us, them)):.2f}")
    return "| " + " | ".join(cells) + " |"


def machine(args):
    """What ran on what."""
    if args.device.startswith("xla:cuda"):
        gpu = output(["nvidia-smi", "--query-gpu=name,driver_version", "--format=csv,noheader"]).strip()
    else:
        gpu = "no GPU: " + args.device
    go = output(["go", "env", "GOVERSION"]).strip()
    versions = output(["go", "list", "-m", "-f", "{{.Path}} {{.Version}}", "github.com/gomlx/gomlx", "github.com/gomlx/go-xla"])
    return ", ".join([gpu, go, *versions.strip().splitlines()])


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--torch", help="Python of an environment with requirements-torch.txt")
    parser.add_argument("--device", default="xla:cuda")
    parser.add_argument("--only", choices=PRESETS, help="one preset")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=20, help="timed a process")
    args = parser.parse_args()
    precisions = [p for p in PRECISIONS if p != "tf32" or args.device != "xla:cpu"]
    heads = ["preset, its own batch of 128", "precision", "GoMLX, images/s (slowest, fastest round)", "first iteration, s"]
    if args.torch:
        heads += ["PyTorch compiled", "first iteration, s", "GoMLX ÷ PyTorch"]
    print(machine(args) + "\n\n| " + " | ".join(heads) + " |\n" + "|---" * len(heads) + "|", flush=True)
    with tempfile.TemporaryDirectory() as place:
        binary = os.path.join(place, "gans.test")
        output(["go", "test", "-c", "-o", binary, "."])
        for preset in [args.only] if args.only else PRESETS:
            for precision in precisions:
                contestants = {"GoMLX": lambda: ours(binary, preset, precision, args)}
                if args.torch:
                    contestants["PyTorch"] = lambda: theirs(preset, precision, args)
                print(row(preset, precision, rounds(contestants, args)), flush=True)


if __name__ == "__main__":
    main()
