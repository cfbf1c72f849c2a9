"""Make svm.npz. python tests/golden/svm.py

Linear L2-SVMs by liblinear, as scikit-learn's LinearSVC calls it, to a tolerance at which every digit compared is its
solution's and not its path's.
"""

import numpy as np
import sklearn
from sklearn.svm import LinearSVC

from golden import save


def problem(rng, n, dim, classes, spread):
    """Rows of classes around centres, as numbers that a float32 holds."""
    labels = rng.integers(classes, size=n)
    labels[:classes] = np.arange(classes)
    rows = rng.standard_normal((classes, dim))[labels] + spread * rng.standard_normal((n, dim))
    return rows.astype(np.float32).astype(np.float64), labels


def main():
    rng = np.random.default_rng(1)
    cases, arrays = [], {}
    for n, dim, classes, spread, c in (
        (40, 3, 3, 0.3, 1.0),  # apart
        (120, 10, 4, 1.5, 0.01),  # much regularised
        (120, 10, 4, 1.5, 1.0),  # little
        (30, 60, 3, 1.0, 0.1),  # more features than rows
        (200, 5, 2, 3.0, 0.5),  # two classes, which liblinear solves once
    ):
        x, labels = problem(rng, n, dim, classes, spread)
        test, _ = problem(rng, 50, dim, classes, spread)
        svm = LinearSVC(C=c, loss="squared_hinge", dual=True, tol=1e-9, max_iter=1_000_000, random_state=1)
        svm.fit(x, labels)
        assert svm.n_iter_ < svm.max_iter, "not converged"
        key = str(len(cases))
        weights = np.hstack([svm.coef_, svm.intercept_[:, None]])
        cases.append({"c": c, "classes": classes})
        arrays |= {f"{key}/x": x, f"{key}/labels": labels, f"{key}/weights": weights,
                   f"{key}/test": test, f"{key}/predicted": svm.predict(test)}
        print(n, dim, classes, c, svm.score(x, labels))
    save("svm", sklearn, {"cases": cases}, arrays)


main()
