"""The iteration of dcganlib's presets in PyTorch, compiled, on a GPU.

    python torch_gpu.py lsun64|mnist28 [--batch 128] [--seconds 20] [--device cuda] [--precision float32|tf32|bfloat16]

The networks are peer_torch.py's. Both players are compiled by torch.compile; the losses stay on the device, and
the clock is read after many iterations, as ours is. In bfloat16 the forward passes run under autocast, with the
weights in float32. With --device cpu it runs on a machine without a GPU, to see that it runs.
"""
import argparse
import functools
import json
import time

import torch
import torch.nn.functional as F

import peer_torch as peer


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("preset", choices=["lsun64", "mnist28"])
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--seconds", type=float, default=20, help="of iterations timed")
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--precision", choices=["float32", "tf32", "bfloat16"], default="float32")
    return parser.parse_args()


def game(args):
    """One iteration, as a function that returns both losses, on the device."""
    torch.manual_seed(1)
    tf32 = args.precision == "tf32"
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = tf32
    torch.backends.cudnn.benchmark = True
    torch.set_default_device(args.device)
    generator, discriminator, deviation = peer.NETWORKS[args.preset]
    adam = functools.partial(torch.optim.Adam, lr=2e-4, betas=(0.5, 0.999), fused=True)
    (G, g_rule), (D, d_rule) = (peer.player(network, deviation, adam) for network in (generator, discriminator))
    G, D = torch.compile(G), torch.compile(D)
    n = args.batch
    x, y, noise = peer.data(args.preset, n)
    x = x.to(args.device)
    real, fake = torch.ones(n, 1), torch.zeros(n, 1)
    loss = F.binary_cross_entropy_with_logits

    def forward():
        return torch.autocast(args.device, torch.bfloat16, enabled=args.precision == "bfloat16")

    def judged(images):
        return D(images, y).float()

    def iteration():
        with forward():
            with torch.no_grad():
                fakes = G(noise(), y)
            d_loss = loss(judged(x), real) + loss(judged(fakes), fake)
        d_rule.zero_grad()
        d_loss.backward()
        d_rule.step()
        with forward():
            g_loss = loss(judged(G(noise(), y)), real)
        g_rule.zero_grad()
        g_loss.backward(inputs=list(G.parameters()))
        g_rule.step()
        return d_loss.detach(), g_loss.detach()

    return iteration


def timed(iteration, n):
    """Seconds that n iterations take, and the last losses, which are there once the device is done."""
    start = time.perf_counter()
    for _ in range(n):
        losses = iteration()
    losses = [loss.item() for loss in losses]
    return time.perf_counter() - start, losses


def main():
    args = arguments()
    iteration = game(args)
    first, _ = timed(iteration, 1)
    took, _ = timed(iteration, 3)
    n, speeds, spent = max(1, int(3 * 0.25 / took)), [], 0.0
    while len(speeds) < 3 or spent < args.seconds:
        took, losses = timed(iteration, n)
        speeds.append(n * args.batch / took)
        spent += took
    speeds.sort()
    print(json.dumps({
        "who": "PyTorch " + torch.__version__ + ", compiled", "preset": args.preset, "precision": args.precision,
        "images_per_s": round(speeds[len(speeds) // 2], 2), "first_s": round(first, 2), "losses": losses,
    }))


if __name__ == "__main__":
    main()
