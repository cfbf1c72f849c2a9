"""The games in PyTorch: eager mode, channels_last.

As fast as eager mode is known to go: weights and images channels_last, Adam fused, fakes for D drawn
without recording, and a backward pass that stops at the weights of the player that moves.
"""
import functools

import torch
import torch.nn.functional as F
from torch import nn

import bench

SLOPE, Z, CLASSES = 0.2, 100, 10


class Normed(nn.Module):
    """A layer without biases, then batch norm, then an activation."""

    def __init__(self, layer, norm, activation):
        super().__init__()
        self.layer, self.norm, self.activation = layer, norm, activation

    def forward(self, x):
        return self.activation(self.norm(self.layer(x)))


def relu(x):
    return F.relu(x, inplace=True)


def leaky(x):
    return F.leaky_relu(x, SLOPE, inplace=True)


def down(near, far):
    return nn.Conv2d(near, far, 5, stride=2, padding=2, bias=False)


def up(near, far):
    return nn.ConvTranspose2d(near, far, 5, stride=2, padding=2, output_padding=1, bias=False)


def dense(near, far):
    return nn.Linear(near, far, bias=False)


def images(x, side):
    """[b, side·side·c] to maps [b, c, side, side] that lie channels last, without a copy."""
    return x.view(len(x), side, side, -1).permute(0, 3, 1, 2)


def flat(x):
    """Its inverse."""
    return x.permute(0, 2, 3, 1).reshape(len(x), -1)


class LSUN64Generator(nn.Module):
    def __init__(self):
        super().__init__()
        self.project = Normed(dense(Z, 4 * 4 * 1024), nn.BatchNorm1d(4 * 4 * 1024), relu)
        self.ups = nn.Sequential(*(
            Normed(up(near, far), nn.BatchNorm2d(far), relu) for near, far in [(1024, 512), (512, 256), (256, 128)]))
        self.last = up(128, 3)

    def forward(self, z, _):
        return torch.tanh(self.last(self.ups(images(self.project(z), 4))))


class LSUN64Discriminator(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = down(3, 128)
        self.downs = nn.Sequential(*(
            Normed(down(near, far), nn.BatchNorm2d(far), leaky) for near, far in [(128, 256), (256, 512), (512, 1024)]))
        self.last = dense(4 * 4 * 1024, 1)

    def forward(self, x, _):
        return self.last(flat(self.downs(leaky(self.first(x)))))


class Labels:
    """One-hot labels [b, 10], to be joined to vectors and to maps."""

    def __init__(self, y):
        self.y = y
        self.maps = {side: y[:, :, None, None].expand(-1, -1, side, side).contiguous(memory_format=torch.channels_last)
                     for side in (28, 14, 7)}

    def join(self, x):
        return torch.cat([x, self.y if x.dim() == 2 else self.maps[x.shape[-1]]], 1)


class MNIST28Generator(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = Normed(dense(Z + CLASSES, 1024), nn.BatchNorm1d(1024, affine=False), relu)
        self.project = Normed(dense(1024 + CLASSES, 7 * 7 * 128), nn.BatchNorm1d(7 * 7 * 128, affine=False), relu)
        self.up = Normed(up(128 + CLASSES, 64), nn.BatchNorm2d(64, affine=False), relu)
        self.last = up(64 + CLASSES, 1)

    def forward(self, z, y):
        h = self.project(y.join(self.hidden(y.join(z))))
        return torch.sigmoid(self.last(y.join(self.up(y.join(images(h, 7))))))


class MNIST28Discriminator(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = down(1 + CLASSES, 64)
        self.second = Normed(down(64 + CLASSES, 128), nn.BatchNorm2d(128, affine=False), leaky)
        self.hidden = Normed(dense(7 * 7 * 128 + CLASSES, 1024), nn.BatchNorm1d(1024, affine=False), leaky)
        self.last = dense(1024 + CLASSES, 1)

    def forward(self, x, y):
        h = self.second(y.join(leaky(self.first(y.join(x)))))
        return self.last(y.join(self.hidden(y.join(flat(h)))))


def mlp(activation, *units):
    layers = [layer for a, b in zip(units, units[1:]) for layer in (nn.Linear(a, b), activation)]
    return nn.Sequential(*layers[:-1])


class MLP2014Generator(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = mlp(nn.ReLU(inplace=True), Z, 1200, 1200, 784)

    def forward(self, z, _):
        return torch.sigmoid(self.layers(z))


class MLP2014Discriminator(nn.Module):
    """Maxout layers of 5 pieces, dropout before each layer."""

    def __init__(self):
        super().__init__()
        self.first, self.second, self.last = nn.Linear(784, 1200), nn.Linear(240, 1200), nn.Linear(240, 1)

    def forward(self, x, _):
        h = self.first(F.dropout(x, 0.2)).view(-1, 5, 240).amax(1)
        h = self.second(F.dropout(h, 0.5)).view(-1, 5, 240).amax(1)
        return self.last(F.dropout(h, 0.5))


class Plain(nn.Module):
    def __init__(self, activation, *units):
        super().__init__()
        self.layers = mlp(activation, *units)

    def forward(self, x, _):
        return self.layers(x)


# Networks of G and D, and the standard deviation of their weights; None is PyTorch's own.
NETWORKS = {
    "line": (lambda: Plain(nn.Tanh(), 1, 32, 32, 1), lambda: Plain(nn.Tanh(), 1, 32, 32, 1), None),
    "ring8": (lambda: Plain(nn.ReLU(inplace=True), 8, 128, 128, 2), lambda: Plain(nn.ReLU(inplace=True), 2, 128, 128, 1), None),
    "mnist": (MLP2014Generator, MLP2014Discriminator, 0.02),
    "mnist28": (MNIST28Generator, MNIST28Discriminator, 0.02),
    "lsun64": (LSUN64Generator, LSUN64Discriminator, 0.02),
}


def player(network, deviation, rule):
    """Weights from N(0, deviation), batch norm's scales from N(1, .02)."""
    network = network().to(memory_format=torch.channels_last)
    for name, p in network.named_parameters() if deviation else []:
        if p.dim() > 1:
            nn.init.normal_(p, 0, deviation)
        elif name.endswith("norm.weight"):
            nn.init.normal_(p, 1, 0.02)
    return network, rule(network.parameters())


def data(name, n):
    """A minibatch, its labels, and how noise is drawn."""
    uniform = lambda: torch.rand(n, Z) * 2 - 1
    if name == "line":
        return torch.randn(n, 1) / 2 + 1, None, lambda: torch.randn(n, 1)
    if name == "ring8":
        return torch.from_numpy(bench.ring(n)), None, lambda: torch.randn(n, 8)
    if name == "mnist":
        return torch.from_numpy(bench.pictures(n, 28, 1)).view(n, -1), None, uniform
    side, channels = {"mnist28": (28, 1), "lsun64": (64, 3)}[name]
    y = Labels(F.one_hot(torch.arange(n) % CLASSES, CLASSES).float())
    return torch.from_numpy(bench.pictures(n, side, channels)).permute(0, 3, 1, 2), y, uniform


def game(name, n, threads):
    torch.set_num_threads(threads)
    torch.set_flush_denormal(True)  # as TensorFlow and XLA do
    torch.manual_seed(1)
    if name == "product":
        a, b = torch.randn(bench.SIZE, bench.SIZE), torch.randn(bench.SIZE, bench.SIZE)
        return lambda times: [(a @ b)[0, 0].item() for _ in range(times)], None, 1
    generator, discriminator, deviation = NETWORKS[name]
    rule = functools.partial(torch.optim.Adam, lr=2e-4 if deviation else 1e-3, betas=(0.5, 0.999), fused=True)
    if name == "mnist":
        rule = functools.partial(torch.optim.SGD, lr=0.1, momentum=0.5, fused=True)
    (G, g_rule), (D, d_rule) = (player(network, deviation, rule) for network in (generator, discriminator))
    counts = [sum(p.numel() for p in network.parameters()) for network in (G, D)]
    x, y, noise = data(name, n)
    real, fake = torch.ones(n, 1), torch.zeros(n, 1)
    loss = F.binary_cross_entropy_with_logits

    def in_turn():
        with torch.no_grad():
            fakes = G(noise(), y)
        d_loss = loss(D(x, y), real) + loss(D(fakes, y), fake)
        d_rule.zero_grad()
        d_loss.backward()
        d_rule.step()

        logits = D(G(noise(), y), y)
        g_loss = -loss(logits, fake) if name == "line" else loss(logits, real)  # minimax, or not saturating
        g_rule.zero_grad()
        g_loss.backward(inputs=list(G.parameters()))
        g_rule.step()
        return d_loss, g_loss

    def simultaneous():
        """The step of the 2014 code: both players move from one forward pass."""
        logits = D(G(noise(), y), y)
        d_loss, g_loss = (loss(D(x, y), real) + loss(logits, fake)) / 2, loss(logits, real)
        g_rule.zero_grad(), d_rule.zero_grad()
        d_loss.backward(inputs=list(D.parameters()), retain_graph=True)
        g_loss.backward(inputs=list(G.parameters()))
        d_rule.step(), g_rule.step()
        return d_loss, g_loss

    step = simultaneous if name == "mnist" else in_turn

    def iterate(times):
        for _ in range(times):
            losses = step()
        return [l.item() for l in losses]

    return iterate, counts, None


if __name__ == "__main__":
    bench.peer("PyTorch " + torch.__version__, __doc__, game)
