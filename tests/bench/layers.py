"""GFLOP/s of a peer's convolutions at DCGAN's layer sizes: a line of JSON a layer, as layers.go prints ours.

    python layers.py torch|tensorflow THREADS

Each layer is timed in its three passes: forward, gradient of the input, gradient of the kernel. The work
counted is 2 k² c_in c_out per position of the smaller image: the zeros at the border count, those that
striding would insert do not.
"""
import json
import os
import sys

import bench

# name, batch, direction, small side, channels at the small side, channels at the large side; kernel 5, stride 2. A
# generator's layer goes from small to large, a discriminator's from large to small.
LAYERS = [
    ("lsun64 G 1024→512 4→8", 32, "up", 4, 1024, 512),
    ("lsun64 G 512→256 8→16", 32, "up", 8, 512, 256),
    ("lsun64 G 256→128 16→32", 32, "up", 16, 256, 128),
    ("lsun64 G 128→3 32→64", 32, "up", 32, 128, 3),
    ("lsun64 D 3→128 64→32", 32, "down", 32, 128, 3),
    ("lsun64 D 128→256 32→16", 32, "down", 16, 256, 128),
    ("lsun64 D 256→512 16→8", 32, "down", 8, 512, 256),
    ("lsun64 D 512→1024 8→4", 32, "down", 4, 1024, 512),
    ("mnist28 G 138→64 7→14", 128, "up", 7, 138, 64),
    ("mnist28 G 74→1 14→28", 128, "up", 14, 74, 1),
    ("mnist28 D 11→64 28→14", 128, "down", 14, 64, 11),
    ("mnist28 D 74→128 14→7", 128, "down", 7, 128, 74),
]
KERNEL = 5


class Torch:
    """oneDNN behind PyTorch's eager mode, the memory format channels_last."""

    def __init__(self, threads):
        import torch

        torch.set_num_threads(threads)
        self.torch = torch

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
        self.tf = tf

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


def main():
    peer = {"torch": Torch, "tensorflow": TensorFlow}[sys.argv[1]](int(sys.argv[2]))
    for name, batch, direction, side, small, large in LAYERS:
        work = 2 * KERNEL**2 * small * large * side**2 * batch
        rates = []
        for call in peer.passes(direction, batch, side, small, large):
            call(), call()
            rates.append(work / 1e6 / bench.median(0.3, lambda: (call(), 1)[1]))
        print(json.dumps({"layer": name, "batch": batch, "gflops": rates}), flush=True)


if __name__ == "__main__":
    main()
