"""DiffAugment on images, with its gradients: the arithmetic of the authors' PyTorch code, by random numbers given."""

import torch
from torch.nn import functional

import golden

BATCH, CHANNELS, HEIGHT, WIDTH = 6, 3, 9, 16
DRAWS = ("brightness", "saturation", "contrast", "rows", "columns", "cut rows", "cut columns")


def color(x, u):
    x = x + (u["brightness"] - 0.5)
    mean = x.mean(1, keepdim=True)
    x = (x - mean) * (u["saturation"] * 2) + mean
    mean = x.mean((1, 2, 3), keepdim=True)
    return (x - mean) * (u["contrast"] + 0.5) + mean


def integers(u, low, high):
    """What torch.randint(low, high) would draw, out of numbers from U(0, 1)."""
    return (low + torch.floor(u.flatten() * (high - low))).long()


def translation(x, u, ratio=0.125):
    moved = []
    most = [int(side * ratio + 0.5) for side in x.shape[2:]]
    down, right = (integers(u[key], -m, m + 1) for key, m in zip(("rows", "columns"), most))
    for image, i, j in zip(x, down, right):
        wide = functional.pad(image, [most[1], most[1], most[0], most[0]])
        i, j = i + most[0], j + most[1]
        moved.append(wide[:, i:i + x.shape[2], j:j + x.shape[3]])
    return torch.stack(moved)


def cutout(x, u, ratio=0.5):
    sides = [int(side * ratio + 0.5) for side in x.shape[2:]]
    centres = (integers(u[key], 0, size + 1 - side % 2) for key, size, side in zip(("cut rows", "cut columns"), x.shape[2:], sides))
    mask = torch.ones_like(x[:, :1])
    for image, i, j in zip(mask, *centres):
        rows, columns = (range(max(0, int(c) - side // 2), int(c) - side // 2 + side) for c, side in zip((i, j), sides))
        for row in rows:
            for column in columns:
                if row < x.shape[2] and column < x.shape[3]:
                    image[0, row, column] = 0
    return x * mask


def main():
    torch.manual_seed(1)
    u = {key: torch.rand(BATCH, 1, 1, 1) for key in DRAWS}
    u["cut rows"][0], u["cut columns"][0] = 0.999, 0  # a corner
    u["rows"][1], u["columns"][1] = 0, 0.999  # as far as it goes
    x = torch.randn(BATCH, CHANNELS, HEIGHT, WIDTH).requires_grad_()
    arrays = {"x": golden.images(x)} | {f"u/{key}": value for key, value in u.items()}
    everything = [("color", [color]), ("translation", [translation]), ("cutout", [cutout]), ("all", [color, translation, cutout])]
    for name, changes in everything:
        y = x
        for change in changes:
            y = change(y, u)
        v = torch.randn_like(y)
        (dx,) = torch.autograd.grad((v * y).sum(), x)
        arrays |= {f"{name}/{key}": golden.images(value) for key, value in {"y": y, "v": v, "dx": dx}.items()}
    golden.save("augment", torch, {"seed": 1}, arrays)
