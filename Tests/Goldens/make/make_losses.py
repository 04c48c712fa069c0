"""Makes Tests/Goldens/losses: values and gradients of every loss, AdamW trajectories and learning-rate schedules.

    pip install -r Tests/Goldens/make/requirements.txt
    python Tests/Goldens/make/make_losses.py

Losses act on embeddings. Where sentence-transformers has the loss, its own class computes value and gradients, and
the plain formula here must agree; where it has none (ragged negatives, in-batch negatives off, masked known
positives) the plain formula stands alone. Inputs are Float32; everything is computed in Float64 and rounded once.
`losses.json` lists the cases with settings and shapes.
"""

import json
import pathlib

import sentence_transformers
import torch
import transformers
from safetensors.torch import save_file
from sentence_transformers.sentence_transformer import losses
from sentence_transformers.util import cos_sim, pairwise_cos_sim, pairwise_dot_score
from torch.nn import functional

FOLDER = pathlib.Path(__file__).resolve().parents[1] / "losses"
WIDTH = 16
ROWS = 6
RAGGED = [2, 0, 3, 1, 0, 2]  # negatives of each row where their number differs
TEMPERATURE = 0.05

tensors: dict[str, torch.Tensor] = {}
cases: list[dict] = []


# MARK: Inputs and cases


class GivenEmbeddings(torch.nn.Module):
    """Stands for the model of a loss: the features of a column are its embeddings."""

    def forward(self, features):
        return {"sentence_embedding": features["embeddings"]}

    def get_embedding_dimension(self):
        return WIDTH


def random_embeddings(seed: int, negatives: list[int]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Queries, documents (the positive of every row, then the negatives row by row), and the row of each document.

    Positives lean to their query, negatives less so; no vector has unit length.
    """
    generator = torch.Generator().manual_seed(seed)
    owners = torch.cat([torch.arange(ROWS), torch.arange(ROWS).repeat_interleave(torch.tensor(negatives))])
    queries = torch.randn(ROWS, WIDTH, generator=generator) * 0.7
    lean = torch.where(torch.arange(len(owners)) < ROWS, 0.45, 0.25).unsqueeze(1)
    documents = lean * queries[owners] + 0.6 * torch.randn(len(owners), WIDTH, generator=generator)
    return queries.double().requires_grad_(), documents.double().requires_grad_(), owners


def random_values(seed: int, count: int) -> torch.Tensor:
    """Float32 values in 0 ..< 1, as Float64."""
    return torch.rand(count, generator=torch.Generator().manual_seed(seed)).double()


def columns(documents: torch.Tensor) -> list[torch.Tensor]:
    """The columns of sentence-transformers: the positives, negative 1 of every row, negative 2 of every row, ..."""
    return [documents[:ROWS], *documents[ROWS:].reshape(ROWS, -1, WIDTH).unbind(1)]


def by_row(flat: torch.Tensor) -> torch.Tensor:
    """[rows, 1 + negatives] from one value per document, where every row has the same number of negatives."""
    return torch.cat([flat[:ROWS].unsqueeze(1), flat[ROWS:].reshape(ROWS, -1)], dim=1)


def record(name, settings, queries, documents, plain, similarity=None, theirs=None, constants=None):
    """One case: `plain` is the loss of the scores (of the embeddings where there is no `similarity`); `theirs` is the
    class that must agree, its columns and its labels."""
    scores = similarity(queries, documents) if similarity else None
    loss = plain(scores) if similarity else plain(queries, documents)
    source = "plain PyTorch"
    if theirs:
        module, features, labels = theirs
        source = f"sentence-transformers {type(module).__name__}"
        plain_loss = loss.item()
        loss = module([{"embeddings": column} for column in features], labels)
        assert abs(loss.item() - plain_loss) < 1e-12 * max(1, plain_loss), (name, loss.item(), plain_loss)
    loss.backward()
    entries = {"queries": queries, "documents": documents, "loss": loss.reshape(1)}
    entries |= {"gradient.queries": queries.grad, "gradient.documents": documents.grad}
    if similarity:
        free = scores.detach().requires_grad_()
        plain(free).backward()
        entries |= {"scores": scores, "gradient.scores": free.grad}
    shapes = {}
    for key, value in (entries | (constants or {})).items():
        value = value.detach().float() if value.is_floating_point() else value.int()
        tensors[f"{name}.{key}"] = value.contiguous().clone()
        shapes[key] = list(value.shape)
    cases.append({"name": name, "source": source, "settings": settings, "tensors": shapes})


# MARK: InfoNCE


def info_nce(name: str, seed: int, negatives: list[int], symmetric=False, in_batch=True, known=()):
    """Scores are the cosines of every query with every document; `known` lists further positives as (row, document)."""
    queries, documents, owners = random_embeddings(seed, negatives)
    rows = torch.arange(ROWS)
    allowed = torch.ones(ROWS, len(owners), dtype=torch.bool) if in_batch else rows.unsqueeze(1) == owners
    for row, document in known:
        allowed[row, document] = False

    def plain(cosines):
        logits = (cosines / TEMPERATURE).masked_fill(~allowed, -torch.inf)
        loss = functional.cross_entropy(logits, rows)
        return (loss + functional.cross_entropy(logits[:, :ROWS].T, rows)) / 2 if symmetric else loss

    theirs = None
    if in_batch and not known and len(set(negatives)) == 1:
        module = losses.MultipleNegativesRankingLoss(
            GivenEmbeddings(),
            scale=1 / TEMPERATURE,
            directions=("query_to_doc", "doc_to_query") if symmetric else ("query_to_doc",),
            partition_mode="per_direction" if symmetric else "joint",
        )
        theirs = (module, [queries, *columns(documents)], None)
    settings = {"loss": "infoNCE", "temperature": TEMPERATURE, "symmetric": symmetric, "inBatchNegatives": in_batch}
    settings |= {"negatives": negatives, "knownPositives": [list(pair) for pair in known]}
    record(
        name, settings, queries, documents, plain, cos_sim, theirs, constants={"owners": owners, "allowed": allowed}
    )


# MARK: Losses on pairs


def pairs(name: str, seed: int, settings: dict, module, labels: torch.Tensor, plain):
    """Scores are the cosines of row i's query and row i's document."""
    queries, documents, _ = random_embeddings(seed, [0] * ROWS)
    record(
        name, settings, queries, documents, lambda cosines: plain(cosines, labels), pairwise_cos_sim,
        (module, [queries, documents], labels), {"labels": labels},
    )  # fmt: skip


def cosent(cosines: torch.Tensor, labels: torch.Tensor, scale: float) -> torch.Tensor:
    """log(1 + sum of exp(scale (s_i - s_j)) over the pairs whose labels say y_i < y_j)."""
    differences = (scale * (cosines.unsqueeze(1) - cosines))[labels.unsqueeze(1) < labels]
    return torch.logsumexp(torch.cat([differences.new_zeros(1), differences]), dim=0)


def contrastive(cosines: torch.Tensor, labels: torch.Tensor, margin: float) -> torch.Tensor:
    distances = 1 - cosines
    return 0.5 * (labels * distances**2 + (1 - labels) * functional.relu(margin - distances) ** 2).mean()


# MARK: Losses on a positive and its negatives


def lists(name: str, seed: int, negatives: list[int], settings: dict, similarity, plain, module=None, teacher=None):
    """Scores are each document's similarity to its own row's query: one value per document."""
    queries, documents, owners = random_embeddings(seed, negatives)
    constants = {"owners": owners} | ({} if teacher is None else {"teacher": teacher})
    theirs = module and (module, [queries, *columns(documents)], None if teacher is None else by_row(teacher))
    record(
        name, settings | {"negatives": negatives}, queries, documents,
        lambda scores: plain(scores, owners, teacher),
        lambda first, second: similarity(first[owners], second), theirs, constants,
    )  # fmt: skip


def triplet(margin: float):
    return lambda scores, owners, _: functional.relu(scores[ROWS:] - scores[:ROWS] + margin).mean()


def margin_error(scores: torch.Tensor, owners: torch.Tensor, teacher: torch.Tensor) -> torch.Tensor:
    """Mean over all (row, negative) of the squared difference of margins."""
    margins, wanted = (values[owners[ROWS:]] - values[ROWS:] for values in (scores, teacher))
    return ((margins - wanted) ** 2).mean()


def divergence(student_temperature: float, teacher_temperature: float):
    """Mean over rows of KL(softmax(teacher) from softmax(student)) x student temperature squared."""

    def plain(scores, owners, teacher):
        rows = [owners == row for row in range(ROWS)]
        terms = [
            functional.kl_div(
                (scores[own] / student_temperature).log_softmax(0),
                (teacher[own] / teacher_temperature).softmax(0),
                reduction="sum",
            )
            for own in rows
        ]
        return torch.stack(terms).mean() * student_temperature**2

    return plain


# MARK: Matryoshka


def matryoshka(name: str, seed: int, inner, labels, plain, widths: list[int], weights: list[float], settings: dict):
    queries, documents, _ = random_embeddings(seed, [0] * ROWS)

    def whole(queries, documents):
        return sum(
            weight * plain(queries[:, :width], documents[:, :width]) for width, weight in zip(widths, weights)
        )

    module = losses.MatryoshkaLoss(inner.model, inner, widths, weights)
    settings |= {"loss": "matryoshka", "widths": widths, "weights": weights}
    constants = None if labels is None else {"labels": labels}
    record(name, settings, queries, documents, whole, None, (module, [queries, documents], labels), constants)


# MARK: The optimizer and its schedules


def adamw() -> dict:
    """Ten steps from the same gradients, with and without decay: parameters after every step."""
    generator = torch.Generator().manual_seed(40)
    initial = torch.randn(8, generator=generator)
    gradients = torch.randn(10, 8, generator=generator) * torch.logspace(-6, 1, 8)
    settings = {"rate": 0.01, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, "decays": [0.0, 0.1]}
    tensors["adamW.initial"], tensors["adamW.gradients"] = initial, gradients
    for decay in settings["decays"]:
        parameter = torch.nn.Parameter(initial.double())
        optimizer = torch.optim.AdamW([parameter], lr=0.01, betas=(0.9, 0.999), eps=1e-8, weight_decay=decay)
        steps = []
        for gradient in gradients.double():
            parameter.grad = gradient
            optimizer.step()
            steps.append(parameter.detach().clone())
        tensors[f"adamW.parameters.decay{decay}"] = torch.stack(steps).float()
    return settings


def schedules(steps: int = 50) -> list[dict]:
    """The factor on the learning rate at each optimizer step, of transformers' own schedules."""
    makers = {
        "linear": lambda optimizer, warmup: transformers.get_linear_schedule_with_warmup(optimizer, warmup, steps),
        "cosine": lambda optimizer, warmup: transformers.get_cosine_schedule_with_warmup(optimizer, warmup, steps),
        "constant": lambda optimizer, warmup: transformers.get_constant_schedule_with_warmup(optimizer, warmup),
    }
    entries = []
    for name, make in makers.items():
        for warmup in [0, 5]:
            optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
            schedule = make(optimizer, warmup)
            factors = []
            for _ in range(steps):
                factors.append(schedule.get_last_lr()[0])
                optimizer.step()
                schedule.step()
            entries.append({"name": name, "warmup steps": warmup, "steps": steps, "factors": factors})
    return entries


# MARK: All of it


def main() -> None:
    torch.use_deterministic_algorithms(True)
    torch.set_num_threads(1)
    model = GivenEmbeddings()

    info_nce("infoNCE.pairs", 1, [0] * ROWS)
    info_nce("infoNCE.negatives1", 2, [1] * ROWS)
    info_nce("infoNCE.negatives3", 3, [3] * ROWS)
    info_nce("infoNCE.ragged", 4, RAGGED)
    info_nce("infoNCE.symmetric", 5, [0] * ROWS, symmetric=True)
    info_nce("infoNCE.symmetricNegatives", 6, [2] * ROWS, symmetric=True)
    info_nce("infoNCE.ownNegatives", 7, [3] * ROWS, in_batch=False)
    info_nce("infoNCE.ownNegativesRagged", 8, [2, 1, 3, 1, 4, 2], in_batch=False)
    known = [(0, 3), (3, 0), (2, 8), (5, 1)]
    info_nce("infoNCE.known", 9, RAGGED, known=known)
    info_nce("infoNCE.knownSymmetric", 10, RAGGED, symmetric=True, known=known)

    labels = torch.tensor([0.0, 0.25, 0.25, 1.0, 0.6, 0.8]).double()
    pairs(
        "coSENT", 20, {"loss": "coSENT", "scale": 20.0}, losses.CoSENTLoss(model, scale=20.0), labels,
        lambda cosines, labels: cosent(cosines, labels, 20.0),
    )  # fmt: skip
    same = torch.full((ROWS,), 0.5, dtype=torch.float64)
    pairs(
        "coSENT.equalLabels", 21, {"loss": "coSENT", "scale": 20.0}, losses.CoSENTLoss(model, scale=20.0), same,
        lambda cosines, labels: cosent(cosines, labels, 20.0),
    )  # fmt: skip
    pairs(
        "cosineError", 22, {"loss": "cosineError"}, losses.CosineSimilarityLoss(model), labels,
        lambda cosines, labels: ((cosines - labels) ** 2).mean(),
    )  # fmt: skip
    pairs(
        "contrastive", 23, {"loss": "contrastive", "margin": 0.5}, losses.ContrastiveLoss(model, margin=0.5),
        torch.tensor([1, 0, 1, 0, 0, 1]), lambda cosines, labels: contrastive(cosines, labels, 0.5),
    )  # fmt: skip

    for margin in [0.2, 1.0]:
        module = losses.TripletLoss(model, losses.TripletDistanceMetric.COSINE, margin)
        settings = {"loss": "triplet", "margin": margin}
        lists(f"triplet.margin{margin}", 24, [1] * ROWS, settings, pairwise_cos_sim, triplet(margin), module)

    similarities = {"dot": pairwise_dot_score, "cosine": pairwise_cos_sim}
    for seed, (kind, similarity) in enumerate(similarities.items(), start=25):
        for count in [1, 3]:
            lists(
                f"marginMSE.{kind}{count}", seed, [count] * ROWS, {"loss": "marginMSE", "similarity": kind}, similarity,
                margin_error, losses.MarginMSELoss(model, similarity), random_values(seed, ROWS * (1 + count)) * 4,
            )  # fmt: skip
    ragged_count = ROWS + sum(RAGGED)
    lists(
        "marginMSE.ragged", 27, RAGGED, {"loss": "marginMSE", "similarity": "cosine"}, pairwise_cos_sim, margin_error,
        teacher=random_values(27, ragged_count),
    )  # fmt: skip

    for kind, student, teacher in [("dot", 1.0, 1.0), ("cosine", 0.05, 0.2), ("cosine", 0.1, 1.0)]:
        settings = {"loss": "distillation", "similarity": kind}
        settings |= {"studentTemperature": student, "teacherTemperature": teacher}
        similarity = similarities[kind]
        module = losses.DistillKLDivLoss(
            model, similarity_fct=similarity, student_temperature=student, teacher_temperature=teacher
        )
        lists(
            f"distillation.{kind}{student}", 28, [3] * ROWS, settings, similarity, divergence(student, teacher), module,
            random_values(28, ROWS * 4),
        )  # fmt: skip
    settings = {"loss": "distillation", "similarity": "cosine", "studentTemperature": 0.05, "teacherTemperature": 0.2}
    lists(
        "distillation.ragged", 29, RAGGED, settings, pairwise_cos_sim, divergence(0.05, 0.2),
        teacher=random_values(29, ragged_count),
    )  # fmt: skip

    rows = torch.arange(ROWS)
    matryoshka(
        "matryoshka.infoNCE", 30, losses.MultipleNegativesRankingLoss(model, scale=20.0), None,
        lambda queries, documents: functional.cross_entropy(20.0 * cos_sim(queries, documents), rows),
        [16, 8, 4], [1.0, 1.0, 1.0], {"inner": "infoNCE", "temperature": TEMPERATURE},
    )  # fmt: skip
    matryoshka(
        "matryoshka.coSENT", 31, losses.CoSENTLoss(model, scale=20.0), labels,
        lambda queries, documents: cosent(pairwise_cos_sim(queries, documents), labels, 20.0),
        [16, 12, 5], [1.0, 0.5, 0.25], {"inner": "coSENT", "scale": 20.0},
    )  # fmt: skip

    FOLDER.mkdir(parents=True, exist_ok=True)
    index = {
        "made by": "Tests/Goldens/make/make_losses.py",
        "versions": {
            "sentence_transformers": sentence_transformers.__version__,
            "transformers": transformers.__version__,
            "pytorch": torch.__version__,
        },
        "computed in": "Float64 from Float32 inputs; rounded to Float32 once",
        "tensors": {
            "CASE.queries, CASE.documents": "[rows, width], [documents, width]: the positive of every row first, then"
            " the negatives row by row",
            "CASE.owners": "[documents] the row each document belongs to",
            "CASE.allowed": "[rows, documents] 1 where the row's softmax counts the document",
            "CASE.labels, CASE.teacher": "one value per row; one per document",
            "CASE.scores": "infoNCE: cosines [rows, documents]; pair losses: [rows]; list losses: [documents], each"
            " with its own row's query; before temperature or scale",
            "CASE.loss, CASE.gradient.X": "[1], and the gradient with respect to queries, documents or scores",
            "adamW.initial, adamW.gradients": "[8], [10, 8]",
            "adamW.parameters.decayD": "[10, 8] after every step",
        },
        "adamW": adamw(),
        "schedules": schedules(),
        "cases": cases,
    }
    save_file(tensors, FOLDER / "losses.safetensors")
    (FOLDER / "losses.json").write_text(text_of(index), encoding="utf-8")
    for case in cases:
        print(f"{case['name']:32} {tensors[case['name'] + '.loss'].item():12.6f}  {case['source']}")


def text_of(index: dict) -> str:
    """One line for each case and schedule."""
    lists = {key: value for key, value in index.items() if isinstance(value, list)}
    head = json.dumps({key: value for key, value in index.items() if key not in lists}, indent=2)[:-2]
    parts = [
        f'  "{key}": [\n' + ",\n".join("    " + json.dumps(entry) for entry in entries) + "\n  ]"
        for key, entries in lists.items()
    ]
    return head + ",\n" + ",\n".join(parts) + "\n}\n"


if __name__ == "__main__":
    main()
