"""The floating-point operations of an iteration, by formula: those of its products and convolutions."""


def dense(near, far):
    return near * far


def convolution(side, small, large):
    """5×5 kernels, stride 2; side and small are those of the smaller image. Zeros at the border count."""
    return 25 * small * large * side**2


# Multiplications an example of each layer of G and of D.
LAYERS = {
    "line": ([32, 1024, 32], [32, 1024, 32]),
    "ring8": ([dense(8, 128), dense(128, 128), dense(128, 2)], [dense(2, 128), dense(128, 128), dense(128, 1)]),
    "mnist": ([dense(100, 1200), dense(1200, 1200), dense(1200, 784)], [dense(784, 1200), dense(240, 1200), dense(240, 1)]),
    "mnist28": (
        [dense(110, 1024), dense(1034, 6272), convolution(7, 138, 64), convolution(14, 74, 1)],
        [convolution(14, 64, 11), convolution(7, 128, 74), dense(6282, 1024), dense(1034, 1)],
    ),
    "lsun64": (
        [dense(100, 16384), convolution(4, 1024, 512), convolution(8, 512, 256), convolution(16, 256, 128), convolution(32, 128, 3)],
        [convolution(32, 128, 3), convolution(16, 256, 128), convolution(8, 512, 256), convolution(4, 1024, 512), dense(16384, 1)],
    ),
}


def flops(game, batch):
    """How often an iteration computes each layer: forward, gradient of the input, gradient of the kernel. The first layer
    of G never needs the gradient of its input, that of D only where G learns."""
    generator, discriminator = LAYERS[game]
    if game == "mnist":  # both players move from one forward pass: G once, D on real and on fake
        g, g_first, d, d_first = 1 + 1 + 1, 1 + 1, 2 + 3 + 2, 2 + 1 + 2
    else:  # G forward twice, D three times
        g, g_first, d, d_first = 2 + 1 + 1, 2 + 1, 3 + 3 + 2, 3 + 1 + 2
    each = g * sum(generator[1:]) + g_first * generator[0] + d * sum(discriminator[1:]) + d_first * discriminator[0]
    return 2 * batch * each
