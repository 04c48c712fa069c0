"""Makes Tests/Goldens/losses/ranking.json: values and gradients of losses on the scores of a cross-encoder.

    pip install -r Tests/Goldens/make/requirements.txt
    python Tests/Goldens/make/make_ranking_losses.py

A case has groups of documents, one a query, each with a grade and a raw score, and some a teacher's score. The classes
of sentence-transformers compute value and gradient where they have the loss; plain PyTorch does where they have not.
Scores are Float32; everything is computed in Float64. What Hone counts differently is done here by hand and said with
the case: a list without an order (all grades equal) adds 0 to losses on lists, but stays in the mean.
"""

import json
import pathlib

import sentence_transformers
import torch
from sentence_transformers.cross_encoder import CrossEncoder, losses
from torch.nn import functional

FILE = pathlib.Path(__file__).resolve().parents[1] / "losses" / "ranking.json"

cases: list[dict] = []


class GivenScores(CrossEncoder):
    """Stands for the model of a loss: the text of a document is the place of its score."""

    def __init__(self, scores: torch.Tensor):
        torch.nn.Module.__init__(self)
        self.scores = scores

    num_labels = 1
    device = torch.device("cpu")

    def preprocess(self, pairs, prompt=None, task=None):
        return {"places": torch.tensor([int(document) for _, document in pairs])}

    def forward(self, features):
        return {"scores": self.scores[features["places"]].unsqueeze(1)}


class OwnNegatives(losses.MultipleNegativesRankingLoss):
    """The class always draws negatives of other rows, or takes all of them."""

    def get_in_batch_negatives(self, anchors, candidates):
        return []


# MARK: Groups


def drawn(seed: int, groups: list[list[float]], size: float = 1.0) -> dict:
    """Groups with random scores, and a teacher's."""
    generator = torch.Generator().manual_seed(seed)
    count = sum(map(len, groups))
    scores, teacher = (torch.randn(count, generator=generator) * scale for scale in (2 * size, 3.0))
    return {"groups": groups, "scores": scores, "teacher": teacher}


def given(groups: list[list[float]], scores: list[list[float]], teacher: list[float]) -> dict:
    flat = torch.tensor([score for group in scores for score in group])
    return {"groups": groups, "scores": flat, "teacher": torch.tensor(teacher)}


SETS = {
    "rows": drawn(1, [[1, 0, 0], [1, 0], [1, 0, 0, 0, 0], [1]]),
    "square": drawn(2, [[1, 0, 0], [1, 0, 0], [1, 0, 0], [1, 0, 0]]),
    "graded": drawn(3, [[3, 2, 0, 1, 0], [0, 2, 1], [0.5, 0.5, 1, 0], [2, 1]]),
    "soft": drawn(4, [[0.25], [1], [0], [0.9, 0.1, 0.5]]),
    "equal": given(
        [[1, 1, 0, 0], [0, 0, 0], [1, 1], [1], [0], [2, 0, 1]],
        [[0.5, 0.5, 0.5, -1], [1, 1, 2], [3, -3], [0.25], [-0.25], [1.5, 1.5, 0]],
        [2.0, 2, 2, -1, 0, 0, 0, 1, 1, 5, -5, 4, 4, 0],
    ),
    "large": given(
        [[1, 0, 0], [0, 1, 1, 0], [2, 1, 0]], [[-1e4, 1e4, 0.5], [5e3, -5e3, 2e4, 2e4], [-100, 0, 100]], [0.0] * 10
    ),
    "extreme": given([[1, 0, 0], [1, 0]], [[-1e4, 1e4, 2e4], [0.5, -1e4]], [0.0] * 5),
    "alone": drawn(5, [[1], [0], [0.5]]),
}


def rows_of(groups: list[list[float]]) -> list[list[int]]:
    """The places of the scores of each group."""
    rows, start = [], 0
    for group in groups:
        rows.append(list(range(start, start + len(group))))
        start += len(group)
    return rows


def is_ordered(group: list[float]) -> bool:
    return len(set(group)) > 1


def by_grade(group: list[float], row: list[int]) -> tuple[list[float], list[int]]:
    order = sorted(range(len(group)), key=lambda place: -group[place])
    return [group[place] for place in order], [row[place] for place in order]


# MARK: Cases


def record(loss: str, name: str, settings: dict, source: str, function, teaches: bool = False):
    """`function` takes the scores, the groups, the places of each group and the teacher's scores, which a case lists
    where it `teaches`."""
    inputs = SETS[name]
    scores = inputs["scores"].double().requires_grad_()
    value = function(scores, inputs["groups"], rows_of(inputs["groups"]), inputs["teacher"].double())
    if value.requires_grad:
        value.backward()
    gradient = torch.zeros_like(scores) if scores.grad is None else scores.grad
    label = "".join(f".{key}={value}" for key, value in settings.items())
    case = {"name": f"{loss}{label}.{name}", "loss": loss, "settings": settings, "source": source}
    case |= {"grades": inputs["groups"], "scores": numbers(inputs["scores"])}
    case |= {"teacher": numbers(inputs["teacher"])} if teaches else {}
    case |= {"value": numbers(value.reshape(1))[0], "gradient": numbers(gradient)}
    if teaches:
        case["name"] += ".teacher"
    cases.append(case)


def numbers(tensor: torch.Tensor) -> list[float]:
    return [float(f"{value:.9g}") + 0.0 for value in tensor.detach().double().tolist()]


def listwise(make, keep=is_ordered, share=None, sort=False):
    """A loss of labelled lists, given those lists that `keep` allows; `share` scales the mean to all lists."""

    def function(scores, groups, rows, _):
        kept = [(group, row) for group, row in zip(groups, rows) if keep(group)]
        if not kept:
            return scores.sum() * 0
        if sort:
            kept = [by_grade(group, row) for group, row in kept]
        loss = make(GivenScores(scores))(
            [["q"] * len(kept), [[str(place) for place in row] for _, row in kept]],
            [torch.tensor(group) for group, _ in kept],
        )
        return loss * (share([group for group, _ in kept], groups) if share else 1)

    return function


def share_of_lists(kept, groups) -> float:
    return len(kept) / len(groups)


def share_of_documents(kept, groups) -> float:
    return sum(map(len, kept)) / sum(map(len, groups))


def pointwise(make, teaches: bool = False):
    """A loss of labelled pairs; the labels are the grades, or the teacher's scores."""

    def function(scores, groups, rows, teacher):
        places = [str(place) for row in rows for place in row]
        labels = teacher if teaches else torch.tensor([grade for group in groups for grade in group])
        return make(GivenScores(scores))([["q"] * len(places), places], labels)

    return function


def columns(rows: list[list[int]]) -> list[list[str]]:
    """The columns of sentence-transformers: queries, positives, first negatives, ..."""
    return [["q"] * len(rows), *([str(place) for place in column] for column in zip(*rows))]


def margins(scores, rows, teacher):
    pairs = [(row[0], negative) for row in rows for negative in row[1:]]
    positives, negatives = zip(*pairs)
    return tuple(values[list(positives)] - values[list(negatives)] for values in (scores, teacher))


def pairwise_logistic(scores, groups, rows, teacher):
    return functional.softplus(-margins(scores, rows, teacher)[0]).mean()


def margin_error(scores, groups, rows, teacher):
    found, wanted = margins(scores, rows, teacher)
    return ((found - wanted) ** 2).mean()


def divergence(student: float, other: float):
    def function(scores, groups, rows, teacher):
        terms = [
            functional.kl_div(
                (scores[row] / student).log_softmax(0), (teacher[row] / other).softmax(0), reduction="sum"
            )
            for row in rows
        ]
        return torch.stack(terms).mean() * student**2

    return function


def cross_entropy(temperature: float):
    def function(scores, groups, rows, _):
        return torch.stack([-(scores[row] / temperature).log_softmax(0)[0] for row in rows]).mean()

    return function


# MARK: All of it

SCHEMES = {
    "none": losses.NoWeightingScheme,
    "nDCGLoss1": losses.NDCGLoss1Scheme,
    "nDCGLoss2": losses.NDCGLoss2Scheme,
    "lambdaRank": losses.LambdaRankScheme,
    "nDCGLoss2++": losses.NDCGLoss2PPScheme,
}


def lambda_loss(name: str, weighting: str, k=None, sigma=1.0, mu=None, logarithm="binary"):
    scheme = SCHEMES[weighting]() if mu is None else SCHEMES[weighting](mu)
    settings = {"weighting": weighting, "k": k, "sigma": sigma, "mu": mu, "logarithm": logarithm}
    settings = {key: value for key, value in settings.items() if value is not None}
    source, keep = "sentence-transformers LambdaLoss", lambda group: True
    if weighting == "nDCGLoss1":
        source, keep = source + ", without lists of one document", lambda group: len(group) > 1
    record(
        "lambdaLoss", name, settings, source,
        listwise(lambda model: losses.LambdaLoss(model, scheme, k, sigma, reduction_log=logarithm), keep),
    )  # fmt: skip


def main() -> None:
    torch.use_deterministic_algorithms(True)
    torch.set_default_dtype(torch.float64)
    # The classes go over to Float32 by this name; nothing is to be rounded on the way.
    torch.Tensor.float = torch.Tensor.double
    lists = ["rows", "graded", "equal", "large", "alone"]

    for name in ["rows", "square", "extreme"]:
        record("pairwiseLogistic", name, {}, "plain PyTorch", pairwise_logistic)
    for name in ["rows", "soft", "alone", "extreme"]:
        for weight in [None, 3.0]:
            record(
                "binaryCrossEntropy", name, {} if weight is None else {"positiveWeight": weight},
                "sentence-transformers BinaryCrossEntropyLoss",
                pointwise(
                    lambda model: losses.BinaryCrossEntropyLoss(
                        model, pos_weight=None if weight is None else torch.tensor(weight)
                    )
                ),
            )  # fmt: skip
    for name in ["rows", "graded", "alone"]:
        for teaches in [False, True]:
            record(
                "mse", name, {}, "sentence-transformers MSELoss", pointwise(losses.MSELoss, teaches), teaches=teaches
            )

    for temperature in [1.0, 0.1]:
        scale = 1 / temperature
        record(
            "infoNCE", "square", {"temperature": temperature},
            "sentence-transformers MultipleNegativesRankingLoss without in-batch negatives",
            lambda scores, groups, rows, _: OwnNegatives(
                GivenScores(scores), scale=scale, activation_fn=torch.nn.Identity()
            )(columns(rows), None),
        )  # fmt: skip
    for activation, function in [("sigmoid", torch.nn.Sigmoid()), ("tanh", torch.nn.Tanh())]:
        record(
            "infoNCE", "square", {"temperature": 0.1, "activation": activation},
            "sentence-transformers MultipleNegativesRankingLoss without in-batch negatives",
            lambda scores, groups, rows, _: OwnNegatives(GivenScores(scores), scale=10.0, activation_fn=function)(
                columns(rows), None
            ),
        )  # fmt: skip
    for name in ["rows", "extreme"]:
        record("infoNCE", name, {"temperature": 1.0}, "plain PyTorch", cross_entropy(1.0))
    record(
        "marginMSE", "square", {}, "sentence-transformers MarginMSELoss of cross-encoders",
        lambda scores, groups, rows, teacher: losses.MarginMSELoss(GivenScores(scores))(
            columns(rows), list(teacher[torch.tensor(rows)])
        ),
        teaches=True,
    )  # fmt: skip
    record("marginMSE", "rows", {}, "plain PyTorch", margin_error, teaches=True)
    for name in ["rows", "square"]:
        settings = {"temperature": 0.5, "teacherTemperature": 2.0}
        record("distillation", name, settings, "plain PyTorch", divergence(0.5, 2.0), teaches=True)

    for name in lists:
        for k, sigma, logarithm in [(None, 1.0, "binary"), (2, 0.5, "natural")]:
            settings = {"sigma": sigma, "logarithm": logarithm} | ({} if k is None else {"k": k})
            record(
                "rankNet", name, settings, "sentence-transformers RankNetLoss",
                listwise(
                    lambda model: losses.RankNetLoss(model, k, sigma, reduction_log=logarithm), lambda group: True
                ),
            )  # fmt: skip
        for weighting in SCHEMES:
            lambda_loss(name, weighting)
            lambda_loss(name, weighting, k=2, sigma=0.7)
        lambda_loss(name, "nDCGLoss2++", mu=3.0, logarithm="natural")
        ordered = "" if all(map(is_ordered, SETS[name]["groups"])) else ", a list without an order adding 0"
        record(
            "listNet", name, {}, "sentence-transformers ListNetLoss" + ordered,
            listwise(losses.ListNetLoss, share=share_of_lists),
        )  # fmt: skip
        record(
            "listMLE", name, {"positionAware": False}, "sentence-transformers ListMLELoss" + ordered,
            listwise(losses.ListMLELoss, share=share_of_lists, sort=True),
        )  # fmt: skip
        record(
            "listMLE", name, {"positionAware": True}, "sentence-transformers PListMLELoss" + ordered,
            listwise(losses.PListMLELoss, share=share_of_lists, sort=True),
        )  # fmt: skip
        for alpha in [1.0, 4.0]:
            record(
                "adrMSE", name, {"alpha": alpha}, "sentence-transformers ADRMSELoss" + ordered,
                listwise(lambda model: losses.ADRMSELoss(model, alpha), share=share_of_documents),
            )  # fmt: skip

    index = {
        "made by": "Tests/Goldens/make/make_ranking_losses.py",
        "versions": {
            "sentence_transformers": sentence_transformers.__version__, "pytorch": torch.__version__,
        },
        "grades": "one list a query; scores, teacher and gradient have a number for each grade, group by group",
    }  # fmt: skip
    head = json.dumps(index, indent=2)[:-2]
    lines = ",\n".join("    " + json.dumps(case) for case in cases)
    FILE.write_text(f'{head},\n  "cases": [\n{lines}\n  ]\n}}\n', encoding="utf-8")
    for case in cases:
        print(f"{case['name']:60} {case['value']:14.6f}  {case['source']}")


if __name__ == "__main__":
    main()
