"""Trains with a PyTorch loop tuned by hand for the CPU: the same mathematics as sentence-transformers, little padding.

    python tuned_torch_train.py --steps 14 --skip 2      speed and peak memory
    python tuned_torch_train.py --save tuned/ --scores   one epoch, scored afterwards

Texts are tokenized once. In a step the queries are encoded apart from the documents, each sorted by length and in
chunks, so that padding nearly vanishes; the embeddings are put together for one loss and one backward pass. Attention
is PyTorch's scaled_dot_product_attention, AdamW the fused one.
"""

import argparse
import pathlib
import random
import time

import common


def batches_of(pairs: list[tuple[str, str]], seed: int) -> list[list[int]]:
    """A shuffled epoch in batches without a text twice; a pair that would repeat one waits for a later batch."""
    waiting = list(range(len(pairs)))
    random.Random(seed).shuffle(waiting)
    batches = []
    while waiting:
        seen: set[str] = set()
        batch, later = [], []
        for place, row in enumerate(waiting):
            if len(batch) == common.BATCH:
                later.extend(waiting[place:])
                break
            if seen.isdisjoint(pairs[row]):
                seen.update(pairs[row])
                batch.append(row)
            else:
                later.append(row)
        batches.append(batch)
        waiting = later
    return batches


class Encoder:
    """Mean-pooled, normalized vectors of token lists, encoded in chunks of like length."""

    def __init__(self, model, chunk: int):
        self.model = model
        self.chunk = chunk

    def __call__(self, sequences: list[list[int]]):
        import torch

        order = sorted(range(len(sequences)), key=lambda index: len(sequences[index]))
        vectors = []
        for start in range(0, len(order), self.chunk):
            rows = [torch.tensor(sequences[index]) for index in order[start : start + self.chunk]]
            ids = torch.nn.utils.rnn.pad_sequence(rows, batch_first=True)
            lengths = torch.tensor([len(row) for row in rows]).unsqueeze(1)
            mask = (torch.arange(ids.shape[1]) < lengths).long()
            states = self.model(input_ids=ids, attention_mask=mask).last_hidden_state
            vectors.append((states * mask.unsqueeze(-1)).sum(1) / lengths)
        places = torch.empty(len(order), dtype=torch.long)
        places[torch.tensor(order)] = torch.arange(len(order))
        return torch.nn.functional.normalize(torch.cat(vectors))[places]


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default=common.MODEL)
    parser.add_argument("--collection", default=common.COLLECTION, type=pathlib.Path)
    parser.add_argument("--output", help="the result as JSON; standard output where absent")
    parser.add_argument("--save", help="a folder for the tuned model")
    parser.add_argument("--scores", action="store_true", help="score the tuned model on every split but train")
    parser.add_argument("--steps", type=int, help="stop after so many steps of the epoch")
    parser.add_argument("--skip", type=int, default=0, help="leave the first steps out of pairs/s")
    parser.add_argument("--chunk", type=int, default=16, help="sequences encoded at a time")
    parser.add_argument("--compile", action="store_true", help="run the encoder through torch.compile")
    parser.add_argument("--precision", default="float32", choices=["float32", "bfloat16"], help="bfloat16 by autocast")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=common.SEED)
    return parser.parse_args()


def main() -> None:
    options = arguments()
    peer = common.load_peer(options.model, options.threads)
    import torch

    torch.manual_seed(options.seed)
    torch.set_flush_denormal(True)
    model = peer[0].auto_model
    model.set_attn_implementation("sdpa")
    model.train()
    encode = Encoder(torch.compile(model, dynamic=True) if options.compile else model, options.chunk)

    collection = common.read_collection(options.collection)
    pairs = collection.pairs()
    limits = {"truncation": True, "max_length": peer.max_seq_length}
    tokens = [peer.tokenizer(list(texts), **limits)["input_ids"] for texts in zip(*pairs)]
    batches = batches_of(pairs, options.seed)
    optimizer = torch.optim.AdamW(common.parameter_groups(model), lr=common.RATE, fused=True)
    schedule = common.linear_schedule(optimizer, len(batches))

    times, losses = [time.perf_counter()], []
    for batch in batches[: options.steps]:
        with common.autocast(options.precision):
            queries, documents = (encode([side[row] for row in batch]) for side in tokens)
        loss = torch.nn.functional.cross_entropy(common.SCALE * queries @ documents.T, torch.arange(len(batch)))
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), common.CLIP, foreach=True)
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
        losses.append(loss.item())
        times.append(time.perf_counter())

    trained = [len(batch) for batch in batches[: options.steps]]
    result = {
        "peer": f"PyTorch by hand, chunks of {options.chunk}" + (", torch.compile" if options.compile else ""),
        "versions": common.versions(),
        "threads": options.threads,
        "seed": options.seed,
        "precision": options.precision,
        "pairs": len(pairs),
        "steps": len(losses),
        "pairs per second": sum(trained[options.skip :]) / (times[-1] - times[options.skip]),
        "training seconds": times[-1] - times[0],
        "peak bytes": common.peak_bytes(),
        "losses": losses,
        "step seconds": [after - before for before, after in zip(times, times[1:])],
    }
    model.eval()
    if options.scores:
        splits = [split for split in collection.splits if split != "train"]
        result["tuned"] = common.scores_of(peer, collection, splits)
    if options.save:
        peer.save_pretrained(options.save)
    common.write_result(options.output, result)


if __name__ == "__main__":
    main()
