"""The networks of the 2014 paper's MNIST experiment, narrow, momentum on and dropout off."""

import torch

import golden
from iteration import Game, Player

BATCH, NOISE, SIDE, HIDDEN = 6, 7, 6, (11, 9)
UNITS, PIECES = (5, 4), 3
RULE = {"learning_rate": 0.1, "initial": 0.5}


def linear(player, name, inputs, outputs, irange):
    layer = torch.nn.Linear(inputs, outputs)
    for p in layer.parameters():
        torch.nn.init.uniform_(p, -irange, irange)
    player.numbers[f"{name}/weights"] = layer.weight, golden.dense
    player.numbers[f"{name}/biases"] = layer.bias, golden.same
    return layer


class Generator(Player):
    """Two hidden layers of rectifiers, sigmoid output."""

    def __init__(self):
        super().__init__()
        widths = (NOISE, *HIDDEN)
        self.hidden = torch.nn.ModuleList(
            linear(self, f"hidden_{i}/dense", widths[i], widths[i + 1], 0.5) for i in range(len(HIDDEN))
        )
        self.output = linear(self, "output/dense", HIDDEN[-1], SIDE * SIDE, 0.5)

    def forward(self, z):
        for layer in self.hidden:
            z = torch.relu(layer(z))
        return torch.sigmoid(self.output(z)).reshape(-1, 1, SIDE, SIDE)


class Discriminator(Player):
    """Two maxout layers, one logit."""

    def __init__(self):
        super().__init__()
        widths = (SIDE * SIDE, *UNITS)
        self.maxout = torch.nn.ModuleList(
            linear(self, f"maxout_{i}/dense", widths[i], widths[i + 1] * PIECES, 0.3) for i in range(len(UNITS))
        )
        self.output = linear(self, "output/dense", UNITS[-1], 1, 0.5)

    def forward(self, x):
        x = x.flatten(1)
        for layer, units in zip(self.maxout, UNITS):
            x = layer(x).reshape(-1, units, PIECES).amax(2)
        return self.output(x)


def record(name, seed, **options):
    torch.manual_seed(seed)

    def pixels():
        return torch.randint(0, 256, (BATCH, 1, SIDE, SIDE)) / 255

    def noise():
        return (2 * torch.rand(BATCH, NOISE) - 1) * 3**0.5

    def momentum(parameters):
        return torch.optim.SGD(parameters, lr=RULE["learning_rate"], momentum=RULE["initial"])

    game = Game(Generator(), Discriminator(), momentum, pixels, noise, **options)
    game.record(name, before=3, about={"seed": seed, "momentum": RULE})


def main():
    record("mnist2014-released", seed=1, half_v=True, simultaneous=True)
    record("mnist2014-minimax", seed=2, minimax=True)
