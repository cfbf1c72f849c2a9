"""GFLOP/s of a peer's convolutions at DCGAN's layer sizes, and of its matrix product.

    python layers.py torch|tensorflow|numpy [--batch 32 128]

Each layer is timed in its three passes: forward, gradient of the input, gradient of the kernel. The work
counted is 2 k² c_in c_out per position of the smaller image: the zeros at the border count, those that
striding would insert do not. Two figures a pass: the median and the best.
"""
import argparse
import os
import statistics
import time

import quiet

# name, small side, channels at the small side, channels at the large side; kernel 5, stride 2. A
# generator's layer goes from small to large, a discriminator's from large to small.
LAYERS = [
    ("lsun64 G 1024→512 4→8", "up", 4, 1024, 512),
    ("lsun64 G 512→256 8→16", "up", 8, 512, 256),
    ("lsun64 G 256→128 16→32", "up", 16, 256, 128),
    ("lsun64 G 128→3 32→64", "up", 32, 128, 3),
    ("lsun64 D 3→128 64→32", "down", 32, 128, 3),
    ("lsun64 D 128→256 32→16", "down", 16, 256, 128),
    ("lsun64 D 256→512 16→8", "down", 8, 512, 256),
    ("lsun64 D 512→1024 8→4", "down", 4, 1024, 512),
    ("mnist28 G 138→64 7→14", "up", 7, 138, 64),
    ("mnist28 G 74→1 14→28", "up", 14, 74, 1),
    ("mnist28 D 11→64 28→14", "down", 14, 64, 11),
    ("mnist28 D 74→128 14→7", "down", 7, 128, 74),
]
KERNEL = 5


def timed(call, seconds, patience):
    """The median and the least of the times of call, in seconds, and whether it was alone: others used less
    than a twentieth of the cores. It tries again until it was, for patience seconds."""
    call()
    call()
    deadline = time.perf_counter() + patience
    while True:
        quiet.wait(deadline - time.perf_counter())
        watch, times = quiet.Watch(), []
        while len(times) < 5 or (time.perf_counter() - watch.start < seconds and len(times) < 1000):
            t = time.perf_counter()
            call()
            times.append(time.perf_counter() - t)
        alone = watch.others() < 0.05
        if alone or time.perf_counter() > deadline:
            return statistics.median(times), min(times), alone


class Torch:
    """oneDNN behind PyTorch's eager mode, the memory format channels_last."""

    def __init__(self, threads):
        import torch

        torch.set_num_threads(threads)
        self.torch, self.version = torch, "PyTorch " + torch.__version__

    def matmul(self, n):
        a, b = self.torch.randn(n, n), self.torch.randn(n, n)
        return lambda: a @ b

    def passes(self, direction, batch, side, small, large):
        t = self.torch
        last = dict(memory_format=t.channels_last)
        near = t.randn(batch, small, side, side).to(**last)
        far = t.randn(batch, large, 2 * side, 2 * side).to(**last)
        w = t.randn(small, large, KERNEL, KERNEL).to(**last)
        up = direction == "up"
        x, dy = (near, far) if up else (far, near)
        output_padding = [1, 1] if up else [0, 0]

        def gradient(mask):
            return lambda: t.ops.aten.convolution_backward(
                dy, x, w, [0], [2, 2], [2, 2], [1, 1], up, output_padding, 1, mask)

        def forward():
            with t.no_grad():
                t.convolution(x, w, None, [2, 2], [2, 2], [1, 1], up, output_padding, 1)

        return [forward, gradient([True, False, False]), gradient([False, True, False])]


class TensorFlow:
    """tf.function over NHWC, "SAME" padding."""

    def __init__(self, threads):
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
        import tensorflow as tf

        tf.config.threading.set_intra_op_parallelism_threads(threads)
        tf.config.threading.set_inter_op_parallelism_threads(1)
        self.tf, self.version = tf, "TensorFlow " + tf.__version__

    def matmul(self, n):
        a, b = self.tf.random.normal([n, n]), self.tf.random.normal([n, n])
        return lambda: self.tf.matmul(a, b)

    def passes(self, direction, batch, side, small, large):
        tf = self.tf
        near = tf.random.normal([batch, side, side, small])
        far = tf.random.normal([batch, 2 * side, 2 * side, large])
        w = tf.random.normal([KERNEL, KERNEL, large, small])
        how = dict(strides=[1, 2, 2, 1], padding="SAME")
        down = tf.function(lambda: tf.raw_ops.Conv2D(input=far, filter=w, **how))
        up = tf.function(lambda: tf.raw_ops.Conv2DBackpropInput(
            input_sizes=far.shape, filter=w, out_backprop=near, **how))
        kernel = tf.function(lambda: tf.raw_ops.Conv2DBackpropFilter(
            input=far, filter_sizes=w.shape, out_backprop=near, **how))
        return [up, down, kernel] if direction == "up" else [down, up, kernel]


class NumPy:
    """Whatever BLAS numpy was built with; it has no convolution."""

    def __init__(self, threads):
        os.environ["OPENBLAS_NUM_THREADS"] = str(threads)
        import numpy

        self.numpy, self.version = numpy, "NumPy " + numpy.__version__
        self.passes = None

    def matmul(self, n):
        a, b = (self.numpy.random.randn(n, n).astype("float32") for _ in range(2))
        return lambda: a @ b


PEERS = {"torch": Torch, "tensorflow": TensorFlow, "numpy": NumPy}


def main():
    args = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    args.add_argument("peer", choices=PEERS)
    args.add_argument("--batch", type=int, nargs="+", default=[32, 128])
    args.add_argument("--threads", type=int, default=2)
    args.add_argument("--seconds", type=float, default=0.5, help="of timing a pass, at least five calls")
    args.add_argument("--patience", type=float, default=20, help="seconds to wait a pass for the cores to be idle")
    args = args.parse_args()
    peer = PEERS[args.peer](args.threads)
    print(f"{peer.version}, {args.threads} threads, load {os.getloadavg()[0]:.2f}; GFLOP/s, median (best)")
    print("~ where others used more than a twentieth of the cores meanwhile\n")

    def rate(work, call):
        """The cell of a pass, and its milliseconds."""
        median, best, alone = timed(call, args.seconds, args.patience)
        return f"{'' if alone else '~'}{work / median / 1e9:.0f} ({work / best / 1e9:.0f})", 1e3 * median

    print(f"matmul 2048³: {rate(2 * 2048**3, peer.matmul(2048))[0]}\n")
    if peer.passes is None:
        return
    print("| layer | batch | forward | input gradient | kernel gradient | ms, sum |\n|---|---|---|---|---|---|")
    for batch in args.batch:
        for name, direction, side, small, large in LAYERS:
            work = 2 * KERNEL**2 * small * large * side**2 * batch
            cells, ms = zip(*(rate(work, call) for call in peer.passes(direction, batch, side, small, large)))
            print(f"| {name} | {batch} | {' | '.join(cells)} | {sum(ms):.1f} |", flush=True)


if __name__ == "__main__":
    main()
