"""DCGANs with few channels: the paper's 5×5 form, PyTorch's popular copy, and the conditional MNIST network."""

import torch
from torch import nn
from torch.nn.functional import leaky_relu, one_hot

import golden
from iteration import Game, Player

BATCH, NOISE, SLOPE, MOMENTUM = 6, 7, 0.2, 0.1
ADAM = {"learning_rate": 2e-4, "beta1": 0.5, "beta2": 0.999, "epsilon": 1e-8}


class DCGAN(Player):
    """A player whose layers note their numbers as they are made: weights N(0, .02), γ N(1, .02), β 0."""

    def note(self, layer, name, layout):
        nn.init.normal_(layer.weight, 0, 0.02)
        self.numbers[f"{name}/weights"] = layer.weight, layout
        return layer

    def norm(self, layer, name, layout=golden.same):
        if layer.affine:
            nn.init.normal_(layer.weight, 1, 0.02)
            self.numbers[f"{name}/gamma"] = layer.weight, layout
            self.numbers[f"{name}/beta"] = layer.bias, layout
        self.numbers[f"{name}/mean"] = layer.running_mean, layout
        self.numbers[f"{name}/variance"] = layer.running_var, layout
        return layer


def join(x, y):
    """The label as further features, at every position of an image alike."""
    if y is None:
        return x
    if x.dim() == 4:
        y = y[:, :, None, None].expand(-1, -1, *x.shape[2:])
    return torch.cat([x, y], 1)


class Flatten:
    """Layouts where an image [channels, side, side] is flattened: the Go program has its channels last."""

    def __init__(self, channels, side):
        self.image = channels, side, side
        self.size = channels * side * side

    def units(self, v):
        return v.reshape(self.image).permute(1, 2, 0).flatten()

    def rows(self, w):
        """[out, image and more] of Linear."""
        image, more = w.t().split([self.size, w.shape[1] - self.size])
        return torch.cat([image.reshape(*self.image, -1).permute(1, 2, 0, 3).reshape(self.size, -1), more])

    def columns(self, w):
        """[image, in] of Linear."""
        return self.rows(w.t()).t()


class PaperGenerator(DCGAN):
    """Batch norm on the projection is unit by unit; kernels are 5×5 with padding 2."""

    def __init__(self, noise, base, filters, channels, epsilon, classes=0, hidden=0, affine=True, output=torch.tanh):
        super().__init__()
        self.output = output
        self.start = Flatten(filters[-1], base)
        if hidden:
            self.hidden = self.note(nn.Linear(noise + classes, hidden, bias=False), "hidden", golden.dense)
            self.hidden_norm = self.norm(nn.BatchNorm1d(hidden, epsilon, MOMENTUM, affine), "hidden")
        self.projection = self.note(
            nn.Linear((hidden or noise) + classes, self.start.size, bias=False), "projection", self.start.columns
        )
        self.projection_norm = self.norm(
            nn.BatchNorm1d(self.start.size, epsilon, MOMENTUM, affine), "projection", self.start.units
        )
        widths = [*reversed(filters), channels]
        self.up, self.up_norm = nn.ModuleList(), nn.ModuleList()
        for i, (before, after) in enumerate(zip(widths, widths[1:])):
            up = nn.ConvTranspose2d(before + classes, after, 5, 2, padding=2, output_padding=1, bias=False)
            self.up.append(self.note(up, f"up_{i}", golden.kernel))
            if i < len(filters) - 1:
                self.up_norm.append(self.norm(nn.BatchNorm2d(after, epsilon, MOMENTUM, affine), f"up_{i}"))

    def forward(self, z, y=None):
        if hasattr(self, "hidden"):
            z = torch.relu(self.hidden_norm(self.hidden(join(z, y))))
        x = torch.relu(self.projection_norm(self.projection(join(z, y)))).reshape(-1, *self.start.image)
        for up, norm in zip(self.up, self.up_norm):
            x = torch.relu(norm(up(join(x, y))))
        return self.output(self.up[-1](join(x, y)))


class PaperDiscriminator(DCGAN):
    """Its mirror: no batch norm behind the first convolution, one linear unit at the end."""

    def __init__(self, base, filters, channels, epsilon, classes=0, hidden=0, affine=True):
        super().__init__()
        widths = [channels, *filters]
        self.down, self.down_norm = nn.ModuleList(), nn.ModuleList()
        for i, (before, after) in enumerate(zip(widths, widths[1:])):
            down = nn.Conv2d(before + classes, after, 5, 2, padding=2, bias=False)
            self.down.append(self.note(down, f"down_{i}", golden.kernel))
            if i > 0:
                self.down_norm.append(self.norm(nn.BatchNorm2d(after, epsilon, MOMENTUM, affine), f"down_{i}"))
        end = Flatten(filters[-1], base)
        if hidden:
            self.hidden = self.note(nn.Linear(end.size + classes, hidden, bias=False), "hidden", end.rows)
            self.hidden_norm = self.norm(nn.BatchNorm1d(hidden, epsilon, MOMENTUM, affine), "hidden")
        layout = golden.dense if hidden else end.rows
        self.output = self.note(nn.Linear((hidden or end.size) + classes, 1, bias=False), "output", layout)

    def forward(self, x, y=None):
        x = leaky_relu(self.down[0](join(x, y)), SLOPE)
        for down, norm in zip(self.down[1:], self.down_norm):
            x = leaky_relu(norm(down(join(x, y))), SLOPE)
        x = x.flatten(1)
        if hasattr(self, "hidden"):
            x = leaky_relu(self.hidden_norm(self.hidden(join(x, y))), SLOPE)
        return self.output(join(x, y))


class PopularGenerator(DCGAN):
    """4×4 kernels, and z an image of one pixel."""

    def __init__(self, noise, filters, channels):
        super().__init__()
        widths = [noise, *reversed(filters), channels]
        names = ["projection", *(f"up_{i}" for i in range(len(filters)))]
        layers = []
        for name, before, after in zip(names, widths, widths[1:]):
            first, last = name == names[0], name == names[-1]
            up = nn.ConvTranspose2d(before, after, 4, 1 if first else 2, 0 if first else 1, bias=False)
            layers.append(self.note(up, name, self.from_pixel if first else golden.kernel))
            if not last:
                layers += [self.norm(nn.BatchNorm2d(after, momentum=MOMENTUM), name), nn.ReLU()]
        self.layers = nn.Sequential(*layers, nn.Tanh())

    def from_pixel(self, w):
        """[in, out, 4, 4] as dense [in, 4·4·out]."""
        return w.permute(0, 2, 3, 1).flatten(1)

    def forward(self, z):
        return self.layers(z[:, :, None, None])


class PopularDiscriminator(DCGAN):
    """Its mirror, down to an image of one pixel: the logit."""

    def __init__(self, filters, channels):
        super().__init__()
        widths = [channels, *filters]
        layers = []
        for i, (before, after) in enumerate(zip(widths, widths[1:])):
            layers.append(self.note(nn.Conv2d(before, after, 4, 2, 1, bias=False), f"down_{i}", golden.kernel))
            if i > 0:
                layers.append(self.norm(nn.BatchNorm2d(after, momentum=MOMENTUM), f"down_{i}"))
            layers.append(nn.LeakyReLU(SLOPE))
        layers.append(self.note(nn.Conv2d(filters[-1], 1, 4, bias=False), "output", self.to_pixel))
        self.layers = nn.Sequential(*layers, nn.Flatten())

    def to_pixel(self, w):
        """[1, in, 4, 4] as dense [4·4·in, 1]."""
        return w.permute(2, 3, 1, 0).flatten(0, 2)

    def forward(self, x):
        return self.layers(x)


def pixels(size, channels, low):
    """Random bytes as numbers in [low, 1]."""
    return lambda: torch.randint(0, 256, (BATCH, channels, size, size)) / 255 * (1 - low) + low


def uniform():
    return 2 * torch.rand(BATCH, NOISE) - 1


def gaussian():
    return torch.randn(BATCH, NOISE)


def adam(parameters):
    betas = ADAM["beta1"], ADAM["beta2"]
    return torch.optim.Adam(parameters, lr=ADAM["learning_rate"], betas=betas, eps=ADAM["epsilon"])


def record(name, seed, G, D, x, noise, networks, labels=None):
    about = {"seed": seed, "adam": ADAM, "networks": networks}
    Game(G, D, adam, x, noise, labels=labels).record(name, before=3, about=about)


def lsun64(seed):
    torch.manual_seed(seed)
    filters, epsilon = (3, 5, 4, 6), 1e-8
    G = PaperGenerator(NOISE, 4, filters, 3, epsilon)
    D = PaperDiscriminator(4, filters, 3, epsilon)
    record("lsun64", seed, G, D, pixels(64, 3, -1), uniform, {"filters": filters, "epsilon": epsilon})


def torch64(seed):
    torch.manual_seed(seed)
    filters = (3, 5, 4, 6)
    G, D = PopularGenerator(NOISE, filters, 3), PopularDiscriminator(filters, 3)
    epsilon = nn.BatchNorm2d(1).eps
    record("torch64", seed, G, D, pixels(64, 3, -1), gaussian, {"filters": filters, "epsilon": epsilon})


def mnist28(seed):
    torch.manual_seed(seed)
    classes = 10
    networks = {"filters": (3, 4), "epsilon": 1e-8, "hidden": 9}
    shape = {"classes": classes, "affine": False} | networks
    G = PaperGenerator(NOISE, 7, channels=1, output=torch.sigmoid, **shape)
    D = PaperDiscriminator(7, channels=1, **shape)

    def labels():
        return one_hot(torch.randint(0, classes, (BATCH,)), classes).double()

    record("mnist28", seed, G, D, pixels(28, 1, 0), uniform, networks, labels)


def main():
    lsun64(3)
    torch64(4)
    mnist28(5)
