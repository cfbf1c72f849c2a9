"""Make toys.json: log densities of toy distributions by SciPy. python tests/golden/toys.py"""

import json
import pathlib

import numpy as np
from scipy import integrate, special, stats

HERE = pathlib.Path(__file__).parent


def mixture(about, means, std, weights, points):
    """Log densities of sum_k w_k N(mean_k, std^2 I)."""
    means, points = np.array(means), np.array(points)
    terms = [
        np.log(w) + stats.multivariate_normal(mean, std**2 * np.eye(means.shape[1])).logpdf(points)
        for mean, w in zip(means, weights)
    ]
    log_density = special.logsumexp(np.reshape(terms, (len(means), len(points))), axis=0)
    return {
        "about": about, "means": means.tolist(), "std": std, "weights": weights,
        "points": points.tolist(), "log_density": log_density.tolist(),
    }


def ring(modes, radius):
    angles = 2 * np.pi * np.arange(modes) / modes
    return np.stack([radius * np.cos(angles), radius * np.sin(angles)], axis=1)


def swiss_roll(radius, std, points, pieces=4096):
    """Log densities of the curve t (cos t, sin t), t uniform in [3pi/2, 9pi/2], brought to a radius, plus noise."""
    def exponent(t, x):
        c = radius / (4.5 * np.pi) * t * np.array([np.cos(t), np.sin(t)])
        return -np.sum((c.T - x) ** 2, axis=-1) / (2 * std**2)

    edges = np.linspace(1.5 * np.pi, 4.5 * np.pi, pieces + 1)
    log_density = []
    for x in points:
        peak = exponent(np.linspace(edges[0], edges[-1], 1_000_001), x).max()
        total = sum(
            integrate.quad(lambda t: np.exp(exponent(t, x) - peak), lo, hi, epsabs=0, epsrel=1e-10)[0]
            for lo, hi in zip(edges, edges[1:])
            if max(exponent(np.array([lo, (lo + hi) / 2, hi]), x)) > peak - 60
        )
        log_density.append(peak + np.log(total / (3 * np.pi)) - np.log(2 * np.pi * std**2))
    return {"radius": radius, "std": std, "points": points, "log_density": log_density}


def away(radius, u, distance):
    """A point far off, straight out from the curve's point a share u of the way along it."""
    t = 1.5 * np.pi * (1 + 2 * u)
    speed = np.array([np.cos(t) - t * np.sin(t), np.sin(t) + t * np.cos(t)])
    out = np.array([speed[1], -speed[0]]) / np.linalg.norm(speed)
    c = radius / (4.5 * np.pi) * t * np.array([np.cos(t), np.sin(t)])
    return (c + distance * out).tolist()


def main():
    corners = [[i, j] for j in (-4, -2, 0, 2, 4) for i in (-4, -2, 0, 2, 4)]
    toys = {
        "mixtures": [
            mixture("line", [[-1], [0.5], [2]], 0.3, [0.2, 0.5, 0.3], [[-1], [0], [0.47], [3], [-40]]),
            mixture("ring of 8", ring(8, 1), 0.05, [1 / 8] * 8, [[1, 0], [0.7, 0.7], [0, 0], [-0.9, 0.1], [50, -20]]),
            mixture("grid of 25", corners, 0.05, [1 / 25] * 25, [[0, 0], [2.05, -3.9], [1, 1], [300, 4]]),
            mixture("space", [[0, 0, 0], [1, -1, 2]], 0.5, [0.9, 0.1], [[0, 0, 0], [1, -1, 2], [0.5, -0.4, 1.1]]),
        ],
        "swiss_rolls": [
            swiss_roll(2, 0.05, [[0, -0.7], [0, 2], [1, 0.5], [-1.2, 0.3], [0, 0], [0.3, -0.2], [1.4, -0.6], [8, -9], [-30, 2],
                                 away(2, 129 / 256, 50), away(2, 257 / 512, 50)]),
            swiss_roll(4.5 * np.pi / 7.5, 0.25 / 7.5, [[0, -0.65], [-1.2, 0.3], [0.9, 0.9], [1.1, -1], [-3, 0]]),
            swiss_roll(1, 0.001, [[0, -1 / 3], [0, 1], [-0.7, 0.002], [3, 4], [-0.1, 0.05]]),
            swiss_roll(1, 2, [[0, 0], [1, 1], [-3, 4]]),
        ],
    }
    (HERE / "toys.json").write_text(json.dumps(toys, indent=1) + "\n")


main()
