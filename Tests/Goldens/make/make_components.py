"""Makes Tests/Goldens/components/golden.json: principal components of made-up vectors as NumPy finds them.

    pip install -r Tests/Goldens/make/requirements.txt
    python Tests/Goldens/make/make_components.py [--folder F]

Hone decomposes the covariance (dsyevd); here they come from the singular value decomposition of the centred vectors in
double precision, an independent way to the same numbers, and torch.pca_lowrank is asked as well. Each direction's entry
of the largest magnitude is made positive. `reduced` holds the first vectors behind the affine map, divided by their length.
"""

import argparse
import json
import pathlib

import numpy
import torch

FOLDER = pathlib.Path(__file__).resolve().parents[1] / "components"
COUNT, WIDTH, DIMENSIONS, SHOWN = 60, 12, 5, 8


def made_up_vectors(seed):
    """Vectors around a mean that is far from 0, with variances that fall by half from one hidden direction to the next."""
    generator = numpy.random.default_rng(seed)
    rotation, _ = numpy.linalg.qr(generator.normal(size=(WIDTH, WIDTH)))
    hidden = generator.normal(size=(COUNT, WIDTH)) * 0.5 ** numpy.arange(WIDTH)
    return (hidden @ rotation + generator.normal(size=WIDTH)).astype(numpy.float32)


def components(vectors):
    mean = vectors.mean(axis=0)
    _, singular, axes = numpy.linalg.svd(vectors - mean, full_matrices=False)
    peaks = axes[numpy.arange(len(axes)), numpy.abs(axes).argmax(axis=1)]
    return mean, singular**2 / (len(vectors) - 1), axes * numpy.sign(peaks)[:, None]


def check_against_torch(vectors, variances, axes):
    torch.manual_seed(0)
    _, singular, directions = torch.pca_lowrank(torch.from_numpy(vectors), q=WIDTH, niter=8)
    assert numpy.allclose(singular.numpy() ** 2 / (COUNT - 1), variances, rtol=1e-8)
    assert numpy.allclose(numpy.abs((axes @ directions.numpy()).diagonal()), 1, atol=1e-8)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--folder", type=pathlib.Path, default=FOLDER)
    parser.add_argument("--seed", type=int, default=17)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    vectors = made_up_vectors(options.seed)
    exact = vectors.astype(numpy.float64)
    mean, variances, axes = components(exact)
    check_against_torch(exact, variances, axes)
    golden = {
        "count": COUNT, "width": WIDTH, "dimensions": DIMENSIONS,
        "vectors": [float(number) for number in vectors.ravel()],
        "mean": mean.tolist(), "variances": variances.tolist(),
        "explained": (variances.cumsum() / variances.sum()).tolist(),
    }
    for name, scale in [("plain", numpy.ones(WIDTH)), ("whitened", variances**-0.5)]:
        weight = (axes * scale[:, None])[:DIMENSIONS]
        bias = -weight @ mean
        reduced = exact[:SHOWN] @ weight.T + bias
        golden[name] = {
            "weight": weight.ravel().tolist(), "bias": bias.tolist(),
            "reduced": (reduced / numpy.linalg.norm(reduced, axis=1, keepdims=True)).ravel().tolist(),
        }
    text = json.dumps(golden, separators=(",", ":")).replace(',"', ',\n"')
    (options.folder / "golden.json").write_text(text + "\n", encoding="utf-8")


main()
