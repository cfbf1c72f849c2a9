"""Make fidelity.npz: FID, KID and Inception scores by torch-fidelity. python tests/golden/measures_fidelity.py

The features are float32 and are handed over as float64: torch-fidelity computes in the features' own type, and in
float32 its means and kernels are good to some six digits only. The numbers are its own functions', on these features.
"""

import numpy as np
import torch
import torch_fidelity
from torch_fidelity import metric_fid, metric_isc, metric_kid

import golden

DIM, N, M, CLASSES, SEED = 24, 600, 500, 10, 2017
KID_SUBSETS, KID_SIZE, KID_SEED = 6, 100, 2018
SPLITS = 7  # does not divide N


def features(rng, mixing, rows, shift, scale):
    """Correlated, never negative, of a spectrum that decays: as those after a network's last ReLU and pooling."""
    hidden = rng.standard_normal((rows, DIM)) / np.arange(1, DIM + 1) ** 0.8
    return (np.maximum(scale * hidden @ mixing + shift, 0) + 0.05 * rng.random((rows, DIM))).astype(np.float32)


def fid(x, y):
    statistics = [metric_fid.fid_features_to_statistics(torch.from_numpy(a).double()) for a in (x, y)]
    return metric_fid.fid_statistics_to_metric(*statistics, verbose=False)[metric_fid.KEY_METRIC_FID]


def kid(x, y):
    options = {"kid_subsets": KID_SUBSETS, "kid_subset_size": KID_SIZE, "rng_seed": KID_SEED, "verbose": False}
    x, y = torch.from_numpy(x).double(), torch.from_numpy(y).double()
    return metric_kid.kid_features_to_metric(x, y, **options)[metric_kid.KEY_METRIC_KID_MEAN]


def kid_indices(n, m):
    """The rows that torch-fidelity draws: of x, then of y, for each subset."""
    rng = np.random.RandomState(KID_SEED)
    drawn = [[rng.choice(rows, KID_SIZE, replace=False) for rows in (n, m)] for _ in range(KID_SUBSETS)]
    return np.array(drawn)


def inception_score(p, splits):
    logits = torch.from_numpy(p).double().log()
    return metric_isc.isc_features_to_metric(logits, splits, shuffle=False)[metric_isc.KEY_METRIC_ISC_MEAN]


def main():
    torch.set_num_threads(1)
    rng = np.random.default_rng(SEED)
    mixing = rng.standard_normal((DIM, DIM))
    x, y = features(rng, mixing, N, 0.3, 1.1), features(rng, mixing, M, 0.2, 1.0)
    logits = 3 * rng.standard_normal((N, CLASSES)) + np.linspace(0, 1, CLASSES)
    p = torch.from_numpy(logits).softmax(dim=1).float().numpy()
    scores = {
        "fid": fid(x, y),
        "kid": kid(x, y),
        "inception_score": inception_score(p, SPLITS),
        "inception_score_whole": inception_score(p, 1),
    }
    about = {"torch": torch.__version__, "dim": DIM, "classes": CLASSES, "splits": SPLITS} | scores
    golden.save("fidelity", torch_fidelity, about, {"x": x, "y": y, "kid_indices": kid_indices(N, M), "p": p})
    print(scores)


if __name__ == "__main__":
    main()
