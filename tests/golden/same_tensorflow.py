"""Convolutions with TensorFlow's "same": python tests/golden/same_tensorflow.py, where TensorFlow is."""

import itertools

import numpy as np
import tensorflow as tf

import golden

BATCH, IN, OUT = 2, 2, 3


def main():
    random = np.random.default_rng(1)

    def eighths(*shape):
        return tf.constant(random.integers(-8, 9, shape) / 8)

    cases, arrays = [], {}
    for layer, k, s in itertools.product(("Conv2d", "ConvTranspose2d"), range(2, 6), (2, 3)):
        height, width = (8, 6) if k % 2 == 0 else (5, 7)
        x = eighths(BATCH, height, width, IN)
        weights = eighths(k, k, IN, OUT) if layer == "Conv2d" else eighths(k, k, OUT, IN)
        with tf.GradientTape() as tape:
            tape.watch([x, weights])
            if layer == "Conv2d":
                y = tf.nn.conv2d(x, weights, s, "SAME")
            else:
                y = tf.nn.conv2d_transpose(x, weights, [BATCH, s * height, s * width, OUT], s, "SAME")
            v = eighths(*y.shape)
            sum_vy = tf.reduce_sum(v * y)
        dx, dweights = tape.gradient(sum_vy, [x, weights])
        named = {"x": x, "weights": weights, "y": y, "v": v, "dx": dx, "dweights": dweights}
        arrays |= {f"{len(cases)}/{name}": value for name, value in named.items()}
        cases.append({"layer": layer, "kernel": k, "stride": s, "same": True})
    golden.save("convolution-tensorflow", tf, {"seed": 1, "cases": cases}, arrays)


if __name__ == "__main__":
    main()
