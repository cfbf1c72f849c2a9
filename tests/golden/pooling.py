"""Adaptive max pooling, as PyTorch has it."""

import torch

import golden


def main():
    torch.manual_seed(1)
    arrays = {}
    for side in 2, 3, 4, 5, 7, 8, 14, 16:
        x = torch.randn(2, 3, side, side)
        arrays[f"{side}/x"] = golden.images(x)
        arrays[f"{side}/y"] = golden.images(torch.nn.functional.adaptive_max_pool2d(x, 4))
    golden.save("adaptive-pool", torch, {"seed": 1, "cells": 4}, arrays)
