"""The iteration of dcganlib's presets in PyTorch: eager mode, channels_last.

    python torch_dcgan.py lsun64|mnist28 [--batch 32] [--seconds 20] [--threads 2] [--compile]

As fast as eager mode is known to go: weights and images channels_last, Adam fused, fakes for D drawn
without recording, and a backward pass that stops at the weights of the player that moves.
"""
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


PRESETS = {
    "lsun64": (LSUN64Generator, LSUN64Discriminator, 3, 64),
    "mnist28": (MNIST28Generator, MNIST28Discriminator, 1, 28),
}


def player(network):
    """Weights from N(0, .02), batch norm's scales from N(1, .02)."""
    network = network().to(memory_format=torch.channels_last)
    for name, p in network.named_parameters():
        if p.dim() > 1:
            nn.init.normal_(p, 0, 0.02)
        elif name.endswith("weight"):
            nn.init.normal_(p, 1, 0.02)
    return network, torch.optim.Adam(network.parameters(), lr=2e-4, betas=(0.5, 0.999), fused=True)


def game(args):
    """One iteration as a function that returns both losses, and both players' parameter counts."""
    torch.set_num_threads(args.threads)
    torch.set_flush_denormal(True)  # as TensorFlow and XLA do
    torch.manual_seed(1)
    generator, discriminator, channels, side = PRESETS[args.preset]
    (G, g_rule), (D, d_rule) = player(generator), player(discriminator)
    counts = [sum(p.numel() for p in network.parameters()) for network in (G, D)]
    if args.compile:
        G, D = torch.compile(G), torch.compile(D)
    n = args.batch
    x = torch.from_numpy(bench.pictures(n, side, channels)).permute(0, 3, 1, 2)
    y = Labels(F.one_hot(torch.arange(n) % CLASSES, CLASSES).float())
    real, fake = torch.ones(n, 1), torch.zeros(n, 1)
    loss = F.binary_cross_entropy_with_logits

    def noise():
        return torch.rand(n, Z) * 2 - 1

    def iteration():
        with torch.no_grad():
            fakes = G(noise(), y)
        d_loss = loss(D(x, y), real) + loss(D(fakes, y), fake)
        d_rule.zero_grad()
        d_loss.backward()
        d_rule.step()

        g_loss = loss(D(G(noise(), y), y), real)
        g_rule.zero_grad()
        g_loss.backward(inputs=list(G.parameters()))
        g_rule.step()
        return d_loss.item(), g_loss.item()

    return iteration, counts


if __name__ == "__main__":
    args = bench.arguments(__doc__, compile="torch.compile both players, which is no longer eager mode")
    bench.measure("PyTorch " + torch.__version__ + ", torch.compile" * args.compile, args, lambda: game(args))
