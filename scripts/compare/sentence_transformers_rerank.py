"""Trains and uses cross-encoders with sentence-transformers as its users run it.

    python sentence_transformers_rerank.py fresh --save folder/         MiniLM with a drawn classifier
    python sentence_transformers_rerank.py speed --model folder/ --rows rows.jsonl --steps 8 --skip 2
    python sentence_transformers_rerank.py latency --model folder/ --pairs pairs.jsonl
    python sentence_transformers_rerank.py train --model folder/ --collection wikiqa/ --save tuned/
    python sentence_transformers_rerank.py lists --model bi-encoder/ --collection wikiqa/

`speed` trains on labelled pairs, `latency` scores pairs; `train` takes the judgments of a collection, with the settings
of recipes/wikiqa-rerank.yaml, and scores the candidate lists of the other splits with trec_eval; `lists` scores them by
the vectors of a bi-encoder.
"""

import argparse
import pathlib
import statistics
import tempfile
import time

import common

EPOCHS = 3
# The mean number of pairs in the 8 groups of a step of the recipe.
PAIRS = 80


def fresh(options) -> dict:
    model = common.load_cross_encoder(options.model, options.threads, options.length, seed=common.SEED)
    model.save_pretrained(options.save)
    return {"folder": options.save}


def trainer_of(model, rows: list[tuple[str, str, float]], folder: str, callbacks=(), **settings):
    import datasets
    import torch
    from sentence_transformers.cross_encoder import CrossEncoderTrainer, CrossEncoderTrainingArguments
    from sentence_transformers.cross_encoder.losses import BinaryCrossEntropyLoss

    queries, documents, labels = zip(*rows)
    return CrossEncoderTrainer(
        model=model,
        args=CrossEncoderTrainingArguments(
            output_dir=folder, learning_rate=common.RERANKER_RATE, weight_decay=common.DECAY,
            lr_scheduler_type="linear", warmup_steps=common.WARMUP, max_grad_norm=common.CLIP, use_cpu=True, bf16=False,
            fp16=False, logging_steps=1, save_strategy="no", report_to="none", disable_tqdm=True, **settings,
        ),
        train_dataset=datasets.Dataset.from_dict(
            {"query": list(queries), "document": list(documents), "label": list(labels)}
        ),
        loss=BinaryCrossEntropyLoss(model, pos_weight=torch.tensor(common.POSITIVE_WEIGHT)),
        callbacks=list(callbacks),
    )  # fmt: skip


def speed(options) -> dict:
    model = common.load_cross_encoder(options.model, options.threads, options.length)
    rows = [(row["sentence1"], row["sentence2"], float(row["label"])) for row in common.json_lines(options.rows)]
    times = common.step_times(options.steps)
    with tempfile.TemporaryDirectory() as folder:
        trainer_of(
            model, rows, folder, [times], per_device_train_batch_size=options.batch, num_train_epochs=1,
            seed=common.SEED,
        ).train()  # fmt: skip
    seconds = times.times[-1] - times.times[options.skip]
    counted = len(times.times) - 1 - options.skip
    return {"pairs per second": counted * options.batch / seconds, "peak bytes": common.peak_bytes()}


def latency(options, repetitions: int = 12) -> dict:
    model = common.load_cross_encoder(options.model, options.threads, options.length)
    pairs = [(row["query"], row["document"]) for row in common.json_lines(options.pairs)]
    seconds = []
    for _ in range(2 + repetitions):
        start = time.perf_counter()
        model.predict(pairs, show_progress_bar=False)
        seconds.append(time.perf_counter() - start)
    return {"pairs": len(pairs), "median milliseconds": 1000 * statistics.median(seconds[2:])}


def train(options) -> dict:
    model = common.load_cross_encoder(options.model, options.threads, common.RERANKER_LENGTH)
    collection = common.read_collection(options.collection)
    rows = [
        (collection.queries[query], collection.documents[document], float(grade > 0))
        for query, grades in collection.judgments("train").items()
        for document, grade in grades.items()
    ]
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        trainer_of(
            model, rows, folder, per_device_train_batch_size=PAIRS, num_train_epochs=EPOCHS, seed=options.seed,
            learning_rate_mapping={r"classifier": 10 * common.RERANKER_RATE, r"pooler": 5 * common.RERANKER_RATE},
        ).train()  # fmt: skip
    seconds = time.perf_counter() - start
    if options.save:
        model.save_pretrained(options.save)
    splits = [split for split in collection.splits if split != "train"]
    scores = {split: common.list_scores(collection, split, model.predict) for split in splits}
    return {"pairs": len(rows), "training seconds": seconds, "scores": scores, "peak bytes": common.peak_bytes()}


def lists(options) -> dict:
    model = common.load_peer(options.model, options.threads)
    collection = common.read_collection(options.collection)

    def score(pairs: list[tuple[str, str]]):
        queries, documents = (model.encode(list(texts), show_progress_bar=False) for texts in zip(*pairs))
        return (queries * documents).sum(axis=1)

    splits = [split for split in collection.splits if split != "train"]
    return {"scores": {split: common.list_scores(collection, split, score) for split in splits}}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["fresh", "speed", "latency", "train", "lists"])
    parser.add_argument("--model", default=common.MODEL)
    parser.add_argument("--rows", type=pathlib.Path, help="labelled pairs: sentence1, sentence2, label")
    parser.add_argument("--pairs", type=pathlib.Path, help="pairs to score: query, document")
    parser.add_argument("--collection", type=pathlib.Path)
    parser.add_argument("--save", help="a folder for the model")
    parser.add_argument("--steps", type=int, help="stop after so many steps")
    parser.add_argument("--skip", type=int, default=0, help="leave the first steps out of pairs/s")
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--length", type=int, default=common.LENGTH)
    parser.add_argument("--seed", type=int, default=common.SEED)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--output", help="the result as JSON; standard output where absent")
    options = parser.parse_args()
    result = {"fresh": fresh, "speed": speed, "latency": latency, "train": train, "lists": lists}[options.what](options)
    common.write_result(options.output, result | {"versions": common.versions(), "threads": options.threads})


if __name__ == "__main__":
    main()
