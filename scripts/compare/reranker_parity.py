"""Is training a reranker the same mathematics, and does the exported folder give the same logits elsewhere?

    python reranker_parity.py --binary .build/release/hone

Twenty steps without dropout on the same groups in the same order, by BinaryCrossEntropyLoss (with a positive weight)
and by LambdaLoss of sentence-transformers, with PyTorch's AdamW, clipping and transformers' linear schedule. Then 500
pairs, of which many exceed the length on one side or both, through the folder that Hone exported (Identity activation),
and through one that sentence-transformers wrote. Exit code 1 where a loss differs by more than 1e-3 of itself or a
logit by more than 1e-4.
"""

import argparse
import json
import pathlib
import sys
import tempfile

import common
from training_parity import without_dropout

STEPS = 20
GROUPS = 4
NEGATIVES = 4
PAIRS = 500
# The losses that are compared, as a recipe has them.
LOSSES = {
    "binaryCrossEntropy": common.BINARY_CROSS_ENTROPY,
    "lambdaLoss": "{ name: lambdaLoss, weighting: nDCGLoss2++, mu: 10.0, sigma: 1.0, logarithm: binary }",
}


def groups_of(collection: common.Collection, count: int) -> list[dict]:
    """Rows of a query, its document, and documents that follow it in the corpus."""
    rows = common.distinct_pairs(collection, count)
    documents = list(collection.documents.values())
    places = {name: place for place, name in enumerate(collection.documents)}
    return [
        {
            "query": query, "positive": document,
            "negatives": [documents[(places[name] + step) % len(documents)] for step in range(1, 1 + NEGATIVES)],
        }
        for _, query, name, document in rows
    ]  # fmt: skip


def curve_of_peer(folder: pathlib.Path, rows: list[dict], loss_name: str, threads: int) -> list[float]:
    model = common.load_cross_encoder(folder, threads, common.RERANKER_LENGTH)
    import torch
    from sentence_transformers.cross_encoder.losses import BinaryCrossEntropyLoss, LambdaLoss

    model.train()
    assert all(module.p == 0 for module in model.modules() if isinstance(module, torch.nn.Dropout))
    loss_of = {
        "binaryCrossEntropy": lambda: BinaryCrossEntropyLoss(model, pos_weight=torch.tensor(common.POSITIVE_WEIGHT)),
        "lambdaLoss": lambda: LambdaLoss(model),
    }[loss_name]()
    optimizer = torch.optim.AdamW(common.parameter_groups(model), lr=common.RERANKER_RATE)
    steps = len(rows) // GROUPS
    schedule = common.linear_schedule(optimizer, steps)
    losses = []
    for step in range(steps):
        batch = rows[step * GROUPS : (step + 1) * GROUPS]
        documents = [[row["positive"], *row["negatives"]] for row in batch]
        labels = [torch.tensor([1.0] + [0.0] * NEGATIVES) for _ in batch]
        if loss_name == "lambdaLoss":
            loss = loss_of([[row["query"] for row in batch], documents], labels)
        else:
            queries = [row["query"] for row, texts in zip(batch, documents) for _ in texts]
            loss = loss_of([queries, [text for texts in documents for text in texts]], torch.cat(labels))
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), common.CLIP)
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
        losses.append(loss.item())
    return losses


def curve_of_hone(binary, model, rows: list[dict], loss: str, folder: pathlib.Path, threads: int) -> list[float]:
    common.write_json_lines(folder / "rows.jsonl", rows)
    run = folder / loss
    recipe = common.write_reranker_recipe(
        folder / f"{loss}.yaml", model, folder / "rows.jsonl", run, GROUPS, loss=LOSSES[loss], shuffle=False
    )
    common.run_measured([binary, "run", recipe, "--quiet", "--threads", threads])
    return [step["loss"] for step in common.steps_of(run)]


def pairs_of(collection: common.Collection) -> list[tuple[str, str]]:
    """Pairs of which a part is too long on the one side, on the other, or on both."""
    documents = list(collection.documents.values())
    queries = list(collection.queries.values())
    pairs = []
    for number in range(PAIRS):
        query, document = queries[7 * number % len(queries)], documents[13 * number % len(documents)]
        other = documents[(13 * number + 1) % len(documents)]
        if number % 5 == 3:
            query, document = document, query
        elif number % 5 == 4:
            query = other
        pairs.append((query, document))
    return pairs


def logits_of_peer(folder: pathlib.Path, pairs: list[tuple[str, str]], threads: int):
    model = common.load_cross_encoder(folder, threads, None)
    import torch

    return model.predict(pairs, show_progress_bar=False, activation_fn=torch.nn.Identity())


def logits_of_hone(binary, folder: pathlib.Path, pairs: list[tuple[str, str]], threads: int) -> list[float]:
    text = "".join(json.dumps({"query": query, "document": document}) + "\n" for query, document in pairs)
    finished = common.run_measured([binary, "score", "--model", folder, "--threads", threads, "--quiet"], text=text)
    return [float(json.loads(line)["score"]) for line in finished.output.splitlines()]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", default=common.BINARY)
    parser.add_argument("--model", default=common.MODEL, type=pathlib.Path)
    parser.add_argument("--collection", default=common.COLLECTION, type=pathlib.Path)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--output", help="the result as JSON; standard output where absent")
    options = parser.parse_args()
    collection = common.read_collection(options.collection)
    result: dict = {"steps": STEPS, "pairs": PAIRS}
    holds = True
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        fresh = folder / "fresh"
        peer = common.load_cross_encoder(options.model, options.threads, common.RERANKER_LENGTH, seed=common.SEED)
        peer.save_pretrained(str(fresh))
        base = without_dropout(fresh, folder / "base")
        rows = groups_of(collection, STEPS * GROUPS)
        for loss in LOSSES:
            theirs = curve_of_peer(base, rows, loss, options.threads)
            ours = curve_of_hone(options.binary, base, rows, loss, folder, options.threads)
            if len(ours) != len(theirs):
                sys.exit(f"Hone logged {len(ours)} steps, the peer made {len(theirs)}")
            largest = max(abs(our - their) / abs(their) for our, their in zip(ours, theirs))
            result[loss] = {"largest relative difference": largest, "ours": ours, "theirs": theirs}
            holds &= largest <= 1e-3
        pairs = pairs_of(collection)
        exported = folder / "binaryCrossEntropy" / "model"
        for what, model in [("exported by Hone", exported), ("written by the peer", fresh)]:
            ours = logits_of_hone(options.binary, model, pairs, options.threads)
            theirs = logits_of_peer(model, pairs, options.threads)
            largest = max(abs(our - float(their)) for our, their in zip(ours, theirs))
            result[f"logits, folder {what}"] = {"max abs difference": largest, "largest logit": max(map(abs, ours))}
            holds &= len(ours) == len(pairs) and largest <= 1e-4
    common.write_result(options.output, result)
    if not holds:
        sys.exit(1)


if __name__ == "__main__":
    main()
