"""The networks of the 2014 paper's experiments on faces and CIFAR-10, narrow, momentum on and dropout off."""

import torch
from torch.nn.functional import max_pool2d

import golden
from iteration import Game, Player
from mnist2014 import linear

BATCH, NOISE = 4, 5
RULE = {"learning_rate": 0.1, "initial": 0.5}
MAX_COL_NORM = 0.8  # shorter than some columns of most matrices, and longer than others
ACTIVATIONS = {"relu": torch.relu, "sigmoid": torch.sigmoid, "linear": lambda x: x}


def rows(x):
    """[batch, channels, height, width] as [batch, values], channels last."""
    return golden.images(x).flatten(1)


class MLP(Player):
    """Layers of (units, activation)."""

    def __init__(self, inputs, *layers, prefix=""):
        super().__init__()
        names = [f"hidden_{i}" for i in range(len(layers) - 1)] + ["output"]
        widths = (inputs, *(units for units, _ in layers))
        self.layers = torch.nn.ModuleList(
            linear(self, f"{prefix}{name}/dense", widths[i], widths[i + 1], 0.6) for i, name in enumerate(names)
        )
        self.activations = [activation for _, activation in layers]

    def forward(self, z):
        for layer, activation in zip(self.layers, self.activations):
            z = ACTIVATIONS[activation](layer(z))
        return z


class Generator(MLP):
    """An MLP whose results are images of side × side, channels last."""

    def __init__(self, side, channels, *layers):
        super().__init__(NOISE, *layers)
        self.shape = side, side, channels

    def forward(self, z):
        return super().forward(z).reshape(-1, *self.shape).permute(0, 3, 1, 2)


class DeconvGenerator(Generator):
    """The same, then a transposed convolution with a bias for every value of the image."""

    def __init__(self, side, maps, channels, kernel, stride, *layers):
        super().__init__(side, maps, *layers)
        self.deconv = torch.nn.ConvTranspose2d(maps, channels, kernel, stride, bias=False)
        image = stride * (side - 1) + kernel
        self.bias = torch.nn.Parameter(torch.empty(channels, image, image).uniform_(-0.5, 0.5))
        self.numbers["deconv/weights"] = self.deconv.weight, golden.kernel
        self.numbers["deconv/biases"] = self.bias, lambda b: b.permute(1, 2, 0)

    def forward(self, z):
        return self.deconv(super().forward(z)) + self.bias


class Discriminator(Player):
    """Maxout layers, one logit."""

    def __init__(self, inputs, units, pieces):
        super().__init__()
        self.units, self.pieces = units, pieces
        widths = (inputs, *units)
        self.maxout = torch.nn.ModuleList(
            linear(self, f"maxout_{i}/dense", widths[i], n * pieces, 0.3) for i, n in enumerate(units)
        )
        self.output = linear(self, "output/dense", units[-1], 1, 0.5)

    def forward(self, x):
        x = rows(x)
        for layer, units in zip(self.maxout, self.units):
            x = layer(x).reshape(-1, units, self.pieces).amax(2)
        return self.output(x)


class ConvDiscriminator(Discriminator):
    """Convolutions, each with maxout over the channels and max pooling, before it.

    `layers` are (channels, pieces, kernel, padding, pool, stride).
    """

    def __init__(self, inputs, channels, layers, units, pieces):
        super().__init__(inputs, units, pieces)
        self.conv, self.settings = torch.nn.ModuleList(), layers
        for i, (out, parts, kernel, padding, _, _) in enumerate(layers):
            conv = torch.nn.Conv2d(channels, out * parts, kernel, padding=padding)
            torch.nn.init.uniform_(conv.weight, -0.3, 0.3)
            torch.nn.init.uniform_(conv.bias, -0.3, 0.3)
            self.numbers[f"conv_{i}/weights"] = conv.weight, golden.kernel
            self.numbers[f"conv_{i}/biases"] = conv.bias, golden.same
            self.conv.append(conv)
            channels = out

    def forward(self, x):
        for conv, (out, parts, _, _, pool, stride) in zip(self.conv, self.settings):
            x = conv(x)
            x = x.reshape(len(x), out, parts, *x.shape[2:]).amax(2)
            x = max_pool2d(x, pool, stride, ceil_mode=True)
        return super().forward(x)


class MaxColNorm(torch.optim.SGD):
    """After each update, no column of a weight matrix is longer than MAX_COL_NORM.

    PyTorch's Linear keeps weights [out, in], so that the weights of a unit are a row.
    """

    @torch.no_grad()
    def step(self):
        super().step()
        for group in self.param_groups:
            for w in group["params"]:
                if w.dim() == 2:
                    norms = w.norm(dim=1, keepdim=True)
                    w.mul_(norms.clamp(max=MAX_COL_NORM) / (1e-7 + norms))


def record(name, seed, make, pixels, limited=False):
    torch.manual_seed(seed)
    rule = MaxColNorm if limited else torch.optim.SGD

    def momentum(parameters):
        return rule(parameters, lr=RULE["learning_rate"], momentum=RULE["initial"])

    def noise():
        return torch.randn(BATCH, NOISE)

    game = Game(*make(), momentum, pixels, noise, half_v=True, simultaneous=True)
    about = {"seed": seed, "momentum": RULE} | ({"max_col_norm": MAX_COL_NORM} if limited else {})
    game.record(name, before=3, about=about)


def tfd():
    layers = (8, "relu"), (3, "sigmoid"), (7, "relu"), (6, "sigmoid"), (25, "sigmoid")
    return Generator(5, 1, *layers), Discriminator(25, (4, 3), 5)


def cifar10_fc():
    return Generator(4, 3, (7, "relu"), (6, "sigmoid"), (48, "linear")), Discriminator(48, (4, 3), 5)


def cifar10_conv():
    generator = DeconvGenerator(2, 4, 3, 5, 3, (7, "relu"), (16, "sigmoid"))  # 8 × 8 pixels
    # 8 → 9, pooled to 4 → 4, pooled to 2
    layers = (4, 2, 4, 2, 4, 2), (3, 2, 3, 1, 2, 2)
    return generator, ConvDiscriminator(12, 3, layers, (4,), 5)


def main():
    record("tfd2014", 1, tfd, lambda: torch.randint(0, 256, (BATCH, 1, 5, 5)) / 255, limited=True)
    record("cifar2014-fc", 2, cifar10_fc, lambda: torch.randn(BATCH, 3, 4, 4))
    record("cifar2014-conv", 3, cifar10_conv, lambda: torch.randn(BATCH, 3, 8, 8))
