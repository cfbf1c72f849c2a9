"""Make prdc.npz and parzen.npz. python tests/golden/measures_prdc.py

The first is precision, recall, density and coverage by the package that their authors published, prdc (Naeem et
al. 2020). The second is the Parzen window of the GAN paper's Table 1, as its code computes it, in float64 NumPy.
"""

import importlib.metadata

import numpy as np
import prdc
import sklearn

from golden import save


def single(x):
    """Numbers that a float32 holds, as float64: prdc then decides in float64."""
    return np.asarray(x, np.float32).astype(np.float64)


def decisions_are_clear(real, fake, k):
    """No distance may be so near to the radius it is compared with that rounding could decide."""
    def distances(x, y):
        return np.sqrt(((x[:, None] - y[None]) ** 2).sum(axis=2))

    def radii(x):
        return np.sort(distances(x, x), axis=1)[:, k]

    across = distances(real, fake)
    gaps = [abs(across - radii(real)[:, None]), abs(across - radii(fake)[None])]
    return min(gap.min() for gap in gaps) > 1e-7 * across.mean()


def manifold_sets():
    """Pairs of sets and the number of neighbours, one pair for each way that they may differ."""
    rng = np.random.default_rng(1)

    def normal(n, dim):
        return rng.standard_normal((n, dim))

    inception = np.maximum(normal(12, 48), 0)  # features that are never negative, around a few centres
    return {
        "one distribution": (normal(200, 8), normal(150, 8), 5),
        "narrow samples": (normal(150, 6), 0.4 * normal(200, 6), 5),
        "wide samples": (normal(130, 4), 2 * normal(70, 4), 3),
        "missing modes": (inception[rng.integers(12, size=180)] + 0.2 * normal(180, 48),
                          inception[rng.integers(5, size=140)] + 0.2 * normal(140, 48), 5),
        "far from zero": (1000 + normal(100, 8), 1000.2 + normal(100, 8), 4),
        "one neighbour": (normal(65, 3), normal(64, 3), 1),
        "no overlap": (normal(40, 3), normal(40, 3) + 50, 5),
    }


def make_prdc():
    arrays, neighbours = {}, {}
    for name, (real, fake, k) in manifold_sets().items():
        real, fake = single(real), single(fake)
        assert decisions_are_clear(real, fake, k), name
        scores = prdc.compute_prdc(real, fake, k)
        print(name, scores)
        arrays |= {f"{name}/real": real, f"{name}/fake": fake}
        arrays |= {f"{name}/{measure}": value for measure, value in scores.items()}
        neighbours[name] = k
    save("prdc", sklearn, {"prdc": importlib.metadata.version("prdc"), "k": neighbours}, arrays)


def log_densities(samples, x, sigma):
    """The log of the mean of Gaussians around the samples, at each row of x."""
    scaled = (x[:, None] - samples[None]) / sigma
    exponents = -0.5 * (scaled**2).sum(axis=2)
    peak = exponents.max(axis=1, keepdims=True)
    log_mean = peak[:, 0] + np.log(np.exp(exponents - peak).mean(axis=1))
    return log_mean - x.shape[1] * np.log(sigma * np.sqrt(2 * np.pi))


def make_parzen():
    rng = np.random.default_rng(2)
    kinds = rng.random((20, 40))  # the kinds of image there are

    def images(n):
        return single(np.clip(kinds[rng.integers(20, size=n)] + 0.15 * rng.standard_normal((n, 40)), 0, 1))

    samples, validation, test = images(200), images(90), images(130)
    sigmas = np.logspace(-1, 0, 10)
    on_validation = [log_densities(samples, validation, s).mean() for s in sigmas]
    on_test = [log_densities(samples, test, s) for s in sigmas]
    chosen = int(np.argmax(on_validation))
    assert 0 < chosen < len(sigmas) - 1, "sigma was chosen from the end of the grid"
    save("parzen", np, {}, {
        "samples": samples, "validation": validation, "test": test, "sigmas": sigmas,
        "validation/mean": on_validation, "sigma": sigmas[chosen],
        "test/mean": [ll.mean() for ll in on_test],
        "test/standard error": [ll.std() / np.sqrt(len(ll)) for ll in on_test],
    })


make_prdc()
make_parzen()
