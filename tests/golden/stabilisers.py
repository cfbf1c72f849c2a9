"""Spectral norm, gradient penalties, averaged weights and minibatch standard deviation, with their gradients."""

import copy

import torch
from torch.nn import functional

import golden
from layers import eighths

PASSES = 3


def spectral(arrays, name, module, layout):
    """σ as so many passes in training estimate it, the vector u after them, and the gradient of the last."""
    w = module.weight.data.copy_(eighths(*module.weight.shape))
    normed = torch.nn.utils.spectral_norm(module)  # one round a pass; ConvTranspose2d by its output channels
    arrays[f"{name}/weights"] = layout(w)
    arrays[f"{name}/u"] = normed.weight_u.clone()
    x = eighths(2, w.shape[1]) if w.dim() == 2 else eighths(2, 3, 5, 5)
    for _ in range(PASSES):
        y = normed(x)
    images = golden.same if y.dim() == 2 else golden.images
    v = eighths(*y.shape)
    (dw,) = torch.autograd.grad((v * y).sum(), [normed.weight_orig])
    arrays |= {f"{name}/{key}": value for key, value in
               {"x": images(x), "y": images(y), "v": images(v), "dweights": layout(dw), "after/u": normed.weight_u}.items()}


def discriminator(arrays):
    """A D of a convolution, LeakyReLU, a dense layer, tanh and a logit."""
    conv, hidden, output = torch.nn.Conv2d(2, 3, 3, 2, 1), torch.nn.Linear(3 * 2 * 2, 4), torch.nn.Linear(4, 1)
    modules = {"conv": (conv, golden.kernel), "hidden": (hidden, golden.dense), "output": (output, golden.dense)}
    for name, (module, layout) in modules.items():
        for p in module.parameters():
            torch.nn.init.normal_(p, 0, 0.7)
        arrays |= {f"penalty/{name}/weights": layout(module.weight), f"penalty/{name}/biases": module.bias}

    def forward(x):
        features = functional.leaky_relu(conv(x), 0.2)
        return output(torch.tanh(hidden(golden.images(features).flatten(1))))

    return forward, modules


def penalties(arrays):
    """WGAN-GP's at points between pairs, and R1, each with its gradients in D's weights."""
    d, modules = discriminator(arrays)
    x = eighths(5, 2, 4, 4).requires_grad_()
    arrays["penalty/x"] = golden.images(x)
    (dx,) = torch.autograd.grad(d(x).sum(), x, create_graph=True)
    squares = dx.flatten(1).square().sum(1)
    for kind, penalty in ("wgan-gp", 10 * (squares.sqrt() - 1).square().mean()), ("r1", 3 / 2 * squares.mean()):
        arrays[f"penalty/{kind}"] = penalty
        for name, (module, layout) in modules.items():
            (dw,) = torch.autograd.grad(penalty, module.weight, retain_graph=True)
            arrays[f"penalty/{kind}/{name}/weights"] = layout(dw)


def averages(arrays):
    """torch.optim.swa_utils' exponential average, which copies first, over four updates."""
    from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

    model = torch.nn.Linear(2, 3, bias=False)
    average = AveragedModel(copy.deepcopy(model), multi_avg_fn=get_ema_multi_avg_fn(0.9))
    for i in range(4):
        model.weight.data = eighths(3, 2)
        average.update_parameters(model)
        arrays[f"average/{i}/now"] = golden.dense(model.weight).clone()
        arrays[f"average/{i}/average"] = golden.dense(average.module.weight).clone()


def minibatch_std(arrays):
    """The layer of progressive GANs, by their formula, on images."""
    x = eighths(4, 3, 2, 2).requires_grad_()
    y = torch.sqrt(x.var(0, unbiased=False) + 1e-8).mean().expand(4, 1, 2, 2)
    y = torch.cat([x, y], 1)
    v = eighths(*y.shape)
    (dx,) = torch.autograd.grad((v * y).sum(), x)
    arrays |= {f"minibatch/{key}": golden.images(value) for key, value in {"x": x, "y": y, "v": v, "dx": dx}.items()}


def main():
    torch.manual_seed(1)
    arrays = {}
    spectral(arrays, "dense", torch.nn.Linear(6, 4, bias=False), golden.dense)
    spectral(arrays, "conv", torch.nn.Conv2d(3, 4, 3, 2, 1, bias=False), golden.kernel)
    spectral(arrays, "transposed", torch.nn.ConvTranspose2d(3, 4, 3, 2, 1, 1, bias=False), golden.kernel)
    minibatch_std(arrays)
    golden.save("spectral-norm", torch, {"seed": 1, "passes": PASSES}, arrays)
    arrays = {}
    penalties(arrays)
    averages(arrays)
    golden.save("stabilisers", torch, {"seed": 1}, arrays)
