"""Trains with sentence-transformers as its users run it: SentenceTransformerTrainer and MultipleNegativesRankingLoss.

    python sentence_transformers_train.py --output quality.json --save tuned/     one epoch, scored before and after
    python sentence_transformers_train.py --steps 14 --skip 2 --no-scores         speed and peak memory only

The settings are those of recipes/debian-programs.yaml (see common.py), or by --settings those that sentence-transformers
documents. Hugging Face's trainer leaves biases and LayerNorm out of the weight decay by itself.
"""

import argparse
import pathlib
import tempfile

import common

SETTINGS = {
    "same": {
        "num_train_epochs": 1,
        "per_device_train_batch_size": common.BATCH,
        "learning_rate": common.RATE,
        "weight_decay": common.DECAY,
        "lr_scheduler_type": "linear",
        "warmup_steps": common.WARMUP,
        "max_grad_norm": common.CLIP,
        "batch_sampler": "no_duplicates",
    },
    # https://sbert.net/docs/sentence_transformer/training_overview.html, section Training Arguments
    "example": {
        "num_train_epochs": 1,
        "per_device_train_batch_size": 16,
        "learning_rate": 2e-5,
        "warmup_steps": 0.1,
        "batch_sampler": "no_duplicates",
    },
    "defaults": {},
}


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default=common.MODEL)
    parser.add_argument("--collection", default=common.COLLECTION, type=pathlib.Path)
    parser.add_argument("--output", help="the result as JSON; standard output where absent")
    parser.add_argument("--save", help="a folder for the tuned model")
    parser.add_argument("--steps", type=int, help="stop after so many steps of the epoch")
    parser.add_argument("--skip", type=int, default=0, help="leave the first steps out of pairs/s")
    parser.add_argument("--precision", default="float32", choices=["float32", "bfloat16"])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=common.SEED)
    parser.add_argument("--settings", default="same", choices=SETTINGS, help="see few_pairs.py for the others than `same`")
    parser.add_argument("--no-scores", action="store_true", help="train only")
    parser.add_argument("--note", help="carried into the result, such as what else the machine was doing")
    return parser.parse_args()


def main() -> None:
    options = arguments()
    model = common.load_peer(options.model, options.threads)
    import datasets
    from sentence_transformers import SentenceTransformerTrainer
    from sentence_transformers.sentence_transformer.losses import MultipleNegativesRankingLoss
    from sentence_transformers.sentence_transformer.training_args import SentenceTransformerTrainingArguments

    collection = common.read_collection(options.collection)
    pairs = collection.pairs()
    splits = [] if options.no_scores else [split for split in collection.splits if split != "train"]
    base = common.scores_of(model, collection, splits)

    step_times = common.step_times(options.steps)
    with tempfile.TemporaryDirectory() as folder:
        trainer = SentenceTransformerTrainer(
            model=model,
            args=SentenceTransformerTrainingArguments(
                output_dir=folder,
                **SETTINGS[options.settings],
                seed=options.seed,
                use_cpu=True,
                bf16=options.precision == "bfloat16",
                fp16=False,
                logging_steps=1,
                save_strategy="no",
                report_to="none",
                disable_tqdm=True,
            ),
            train_dataset=datasets.Dataset.from_dict(
                {"anchor": [pair[0] for pair in pairs], "positive": [pair[1] for pair in pairs]}
            ),
            loss=MultipleNegativesRankingLoss(model, scale=common.SCALE),
            callbacks=[step_times],
        )
        trainer.train()
    peak = common.peak_bytes()

    steps = len(step_times.times) - 1
    batch = trainer.args.per_device_train_batch_size
    epoch = [min(batch, len(pairs) - start) for start in range(0, len(pairs), batch)]
    trained = [epoch[step % len(epoch)] for step in range(steps)]
    seconds = step_times.times[-1] - step_times.times[options.skip]
    result = {
        "peer": "sentence-transformers, SentenceTransformerTrainer",
        "note": options.note,
        "versions": common.versions(),
        "threads": options.threads,
        "seed": options.seed,
        "precision": options.precision,
        "pairs": len(pairs),
        "steps": steps,
        "pairs per second": sum(trained[options.skip :]) / seconds,
        "training seconds": step_times.times[-1] - step_times.times[0],
        "peak bytes": peak,
        "losses": [entry["loss"] for entry in trainer.state.log_history if "loss" in entry],
        "step seconds": [after - before for before, after in zip(step_times.times, step_times.times[1:])],
    }
    model.eval()
    if splits:
        result["base"] = base
        result["tuned"] = common.scores_of(model, collection, splits)
    if options.save:
        model.save_pretrained(options.save)
    common.write_result(options.output, result)


if __name__ == "__main__":
    main()
