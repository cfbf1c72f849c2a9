"""Features by Keras's InceptionV3: python tests/golden/inception_keras.py, where TensorFlow is.

The weights are numbers out of a formula, so that the file need not hold 22 million of them; the Go test has the
formula too. The network computes in float64.
"""

import keras
import numpy as np
import tensorflow as tf

import golden

SIDE = 299
MIX = 0x7FEB352D, 0x846CA68B  # the multipliers of Chris Wellons's lowbias32, a hash of 32 bits (public domain)


def hashed(stream, count):
    """[count] of numbers below 2³² that look random, another row of them for each stream."""
    h = np.arange(count, dtype=np.uint32) + np.uint32(stream * 1000003 % 2**32)
    h ^= h >> 16
    h *= np.uint32(MIX[0])
    h ^= h >> 15
    h *= np.uint32(MIX[1])
    return h ^ h >> 16


def weights(stream, shape, low, high):
    """Uniform in [low, high), rounded to float32."""
    u = hashed(stream, int(np.prod(shape))) / 2**32
    return (low + u * (high - low)).astype(np.float32).reshape(shape)


def number(layer):
    """n of the n-th layer of its kind that the network makes: Keras names them conv2d, conv2d_1 and so on."""
    suffix = layer.name.rsplit("_", 1)[-1]
    return int(suffix) + 1 if suffix.isdigit() else 1


def fill(layer):
    """The weights of layer n are streams 4n to 4n + 3."""
    shapes, stream = [w.shape for w in layer.weights], 4 * number(layer)
    if isinstance(layer, keras.layers.Conv2D):
        bound = np.sqrt(6 / np.prod(shapes[0][:3]))  # keeps the size of activations
        layer.set_weights([weights(stream, shapes[0], -bound, bound)])
    elif isinstance(layer, keras.layers.BatchNormalization):
        names = [w.name for w in layer.weights]
        assert names == ["beta", "moving_mean", "moving_variance"], names
        bounds = (-0.1, 0.1), (-0.1, 0.1), (0.5, 1.5)
        layer.set_weights([weights(stream + 1 + i, shapes[i], *bounds[i]) for i in range(3)])


def images():
    """[2, 299, 299, 3] of bytes: noise, and slanted ramps of another phase in each channel."""
    noise = (hashed(1, SIDE * SIDE * 3) >> 24).reshape(SIDE, SIDE, 3)
    y, x, c = np.indices((SIDE, SIDE, 3))
    return np.stack([noise, (y + 2 * x + 85 * c) % 256]).astype(np.uint8)


def main():
    keras.config.set_floatx("float64")
    network = keras.applications.InceptionV3(include_top=False, weights=None, pooling="avg")
    for layer in network.layers:
        fill(layer)
    x = keras.applications.inception_v3.preprocess_input(images().astype(np.float64))
    features = network.predict(x, verbose=0)
    print(f"features of {features.min():.3g} to {features.max():.3g}, {np.mean(features == 0):.1%} zeros")
    golden.save("inception-keras", tf, {"keras": keras.__version__}, {"features": features})


if __name__ == "__main__":
    main()
