"""Makes Tests/Goldens/calibration: Platt scaling, isotonic regression and calibration errors as scikit-learn computes them.

    pip install -r Tests/Goldens/make/requirements.txt
    python Tests/Goldens/make/make_calibration.py

scikit-learn fits its sigmoid with L-BFGS, which stops some digits early; `slope` and `intercept` are the root of the same
gradient (Platt's smoothed targets), found by SciPy from there, and `sklearnSlope` and `sklearnIntercept` what scikit-learn has.
Its A and B are -slope and -intercept.
"""

import json
import pathlib

import numpy as np
from scipy.optimize import root
from scipy.special import expit
from sklearn.calibration import _sigmoid_calibration, calibration_curve
from sklearn.isotonic import IsotonicRegression
from sklearn.metrics import brier_score_loss

FOLDER = pathlib.Path(__file__).resolve().parents[1] / "calibration"
BINS = [5, 10, 15]


def platt(scores, labels):
    a, b = _sigmoid_calibration(scores, labels, max_abs_prediction_threshold=1e9)
    relevant, others = labels.sum(), len(labels) - labels.sum()
    targets = np.where(labels == 1, (relevant + 1) / (relevant + 2), 1 / (others + 2))

    def gradient(curve):
        errors = expit(curve[0] * scores + curve[1]) - targets
        return np.array([(errors * scores).sum(), errors.sum()])

    found = root(gradient, np.array([-a, -b]), tol=1e-14)
    assert np.abs(gradient(found.x)).max() < 1e-9 * len(scores), found
    assert np.allclose(found.x, [-a, -b], rtol=5e-3, atol=5e-3), (found.x, a, b)
    return found.x, (-a, -b)


def errors(labels, probabilities):
    result = []
    for bins in BINS:
        seen, said = calibration_curve(labels, probabilities, n_bins=bins, strategy="uniform")
        places = np.searchsorted(np.linspace(0, 1, bins + 1)[1:-1], probabilities)
        counts = np.bincount(places, minlength=bins)
        counts = counts[counts > 0]
        result.append({"bins": bins, "error": float((counts * np.abs(seen - said)).sum() / len(labels))})
    return result


def case(name, scores, labels):
    scores, labels = np.asarray(scores, dtype=np.float64), np.asarray(labels, dtype=np.int64)
    curve, sklearn_curve = platt(scores, labels)
    points = np.concatenate([np.linspace(scores.min() - 1, scores.max() + 1, 23), np.unique(scores)[:10]])
    isotonic = IsotonicRegression(y_min=0, y_max=1, out_of_bounds="clip").fit(scores, labels)
    raw = expit(scores)
    return {
        "name": name, "scores": scores.tolist(), "labels": labels.tolist(),
        "slope": float(curve[0]), "intercept": float(curve[1]),
        "sklearnSlope": float(sklearn_curve[0]), "sklearnIntercept": float(sklearn_curve[1]),
        "points": points.tolist(), "platt": expit(curve[0] * points + curve[1]).tolist(),
        "thresholds": isotonic.X_thresholds_.tolist(), "values": isotonic.y_thresholds_.tolist(),
        "isotonic": isotonic.predict(points).tolist(),
        "errors": errors(labels, raw), "brier": float(brier_score_loss(labels, raw)),
    }


def main():
    generator = np.random.default_rng(5)
    scores = np.round(generator.normal(1, 2, 160), 6)
    chance = generator.random(160)
    overlapping = (chance < expit(1.7 * scores - 2)).astype(int)
    rare = np.round(generator.normal(-8, 4, 200), 6)
    cases = [
        case("overlapping", scores, overlapping),
        case("separable", np.arange(12) - 5.5, np.arange(12) > 6),
        case("ties", np.round(scores * 2) / 2, overlapping),
        case("inverted", -scores, overlapping),
        case("rare", rare, generator.random(200) < expit(rare + 3)),
    ]
    FOLDER.mkdir(parents=True, exist_ok=True)
    text = ",\n".join(json.dumps(entry) for entry in cases)
    (FOLDER / "calibration.json").write_text(f"[\n{text}\n]\n")


if __name__ == "__main__":
    main()
