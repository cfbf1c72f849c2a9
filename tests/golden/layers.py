"""Convolutions, transposed convolutions and batch normalisation, one layer at a time, with their gradients."""

import itertools

import torch

import golden

HEIGHT, WIDTH, BATCH, IN, OUT = 8, 6, 2, 2, 3


class Cases:
    """Layers and their numbers: case i's arrays are called i/x, i/y, ..."""

    def __init__(self):
        self.cases, self.arrays = [], {}

    def add(self, case, arrays):
        self.arrays |= {f"{len(self.cases)}/{name}": value for name, value in arrays.items()}
        self.cases.append(case)


def eighths(*shape):
    """Random multiples of 1/8: their sums of products are exact, and files of them small."""
    return torch.randint(-8, 9, shape) / 8


def gradients(y, v, **inputs):
    """The gradients of Σ v·y, called d and the input's name."""
    return {f"d{name}": g for name, g in zip(inputs, torch.autograd.grad((v * y).sum(), list(inputs.values())))}


def convolution(cases, layer, options, **case):
    """One case of Conv2d or ConvTranspose2d."""
    module = layer(IN, OUT, case["kernel"], case["stride"], bias=case.get("bias", False), **options)
    for p in module.parameters():
        p.data = eighths(*p.shape)
    x = eighths(BATCH, IN, HEIGHT, WIDTH).requires_grad_()
    y = module(x)
    v = eighths(*y.shape)
    arrays = {"x": x, "y": y, "v": v} | gradients(y, v, x=x)
    arrays = {name: golden.images(value) for name, value in arrays.items()}
    weights = {"weights": module.weight} | gradients(module(x), v, weights=module.weight)
    arrays |= {name: golden.kernel(value) for name, value in weights.items()}
    if module.bias is not None:
        arrays |= {"biases": module.bias} | gradients(module(x), v, biases=module.bias)
    cases.add({"layer": layer.__name__} | case, arrays)


def convolutions(cases):
    for k, s in itertools.product(range(1, 7), (1, 2, 3)):
        p = (0, (k - 1) // 2, k - 1)[(k + s) % 3]
        convolution(cases, torch.nn.Conv2d, {"padding": p}, kernel=k, stride=s, padding=p)
        # output_padding beyond padding would add zeros in place of cutting off less.
        options = {"padding": p, "output_padding": min(s - 1, p)}
        convolution(cases, torch.nn.ConvTranspose2d, options, kernel=k, stride=s, **options)
    convolution(cases, torch.nn.Conv2d, {}, kernel=3, stride=1, bias=True)
    convolution(cases, torch.nn.ConvTranspose2d, {}, kernel=4, stride=2, bias=True)


def same_convolutions(cases):
    """What PyTorch's users write to keep a size, or to halve or double it."""
    for k in range(1, 7):
        convolution(cases, torch.nn.Conv2d, {"padding": "same"}, kernel=k, stride=1, same=True)
    for k in range(3, 7):
        p = (k - 1) // 2
        convolution(cases, torch.nn.Conv2d, {"padding": p}, kernel=k, stride=2, same=True)
        options = {"padding": p, "output_padding": k % 2}
        convolution(cases, torch.nn.ConvTranspose2d, options, kernel=k, stride=2, same=True)


def batch_norm(cases, shape, epsilon, momentum, affine):
    """Two passes in training, one after the other, then one outside; channels are PyTorch's second axis."""
    module = (torch.nn.BatchNorm1d if len(shape) == 2 else torch.nn.BatchNorm2d)(shape[1], epsilon, momentum, affine)
    layout = golden.same if len(shape) == 2 else golden.images
    for p in module.parameters():
        torch.nn.init.normal_(p, 1, 0.5)
    module.running_mean.normal_()
    module.running_var.uniform_(0.5, 2)
    arrays = {"before/mean": module.running_mean.clone(), "before/variance": module.running_var.clone()}
    x = [torch.randn(shape) * 3 + 2, torch.randn(shape) * 0.01 - 1]
    y = [module(x_i.requires_grad_()) for x_i in x]
    v = [torch.randn(shape) for _ in x]
    trained = dict(zip(("gamma", "beta"), module.parameters()))
    out = gradients(torch.stack(y), torch.stack(v), x0=x[0], x1=x[1], **trained)
    arrays |= trained | {f"d{name}": out[f"d{name}"] for name in trained}
    module.eval()
    for i in range(2):
        series = {"x": x[i], "v": v[i], "y": y[i], "dx": out[f"dx{i}"], "inference": module(x[i])}
        arrays |= {f"{name}{i}": layout(value) for name, value in series.items()}
    arrays |= {"after/mean": module.running_mean, "after/variance": module.running_var}
    cases.add({"layer": "BatchNorm", "epsilon": epsilon, "momentum": momentum, "affine": affine}, arrays)


def batch_norms(cases):
    for shape, affine in itertools.product(((6, 5), (3, 2, 4, 5)), (True, False)):
        for epsilon, momentum in (1e-5, 0.1), (1e-8, 0.01), (1e-3, 1.0):
            batch_norm(cases, shape, epsilon, momentum, affine)


def main():
    torch.manual_seed(1)
    for name, fill in ("convolution", (convolutions, same_convolutions)), ("batch-norm", (batch_norms,)):
        cases = Cases()
        for f in fill:
            f(cases)
        golden.save(name, torch, {"seed": 1, "cases": cases.cases}, cases.arrays)
