"""Encodes and trains with a PyTorch loop sorted by length, on documents of several lengths: tokens a second.

    python families_torch.py --model base/ --encoded texts/encoded-128 --trained texts/trained-128 --batch 8

The loop is that of tuned_torch_train.py. Attention is what transformers takes by default: scaled_dot_product_attention
where the family has it.
"""

import argparse
import pathlib
import time

import common
from tuned_torch_train import Encoder

CHUNK_TOKENS = 2048  # encoded at a time: 16 texts of 128, as tuned_torch_train.py has it


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True, type=pathlib.Path)
    parser.add_argument("--encoded", required=True, nargs="+", type=pathlib.Path, help="collections")
    parser.add_argument("--trained", required=True, nargs="+", type=pathlib.Path, help="collections, one for each")
    parser.add_argument("--batch", required=True, nargs="+", type=int, help="pairs of a step of each")
    parser.add_argument("--skip", required=True, nargs="+", type=int, help="first steps of each that are not counted")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--output", help="the result as JSON; standard output where absent")
    options = parser.parse_args()
    common.offline()
    import torch
    import transformers

    torch.set_num_threads(options.threads)
    torch.set_flush_denormal(True)
    torch.manual_seed(common.SEED)
    tokenizer = transformers.AutoTokenizer.from_pretrained(options.model)
    model = transformers.AutoModel.from_pretrained(options.model)

    def tokens_of(texts: list[str]) -> list[list[int]]:
        return tokenizer(texts)["input_ids"]

    def encoder(documents: list[list[int]]) -> Encoder:
        return Encoder(model, max(1, CHUNK_TOKENS // len(documents[0])))

    def encoding(folder: pathlib.Path) -> float:
        documents = tokens_of(list(common.read_collection(folder).documents.values()))
        encode = encoder(documents)
        with torch.inference_mode():
            encode(documents[:1])
            start = time.perf_counter()
            encode(documents)
            return sum(map(len, documents)) / (time.perf_counter() - start)

    def training(folder: pathlib.Path, batch: int, skip: int) -> float:
        sides = [tokens_of(list(texts)) for texts in zip(*common.read_collection(folder).pairs())]
        encode = encoder(sides[1])
        optimizer = torch.optim.AdamW(common.parameter_groups(model), lr=common.RATE, fused=True)
        times, counts = [time.perf_counter()], []
        for start in range(0, len(sides[0]), batch):
            texts = [side[start : start + batch] for side in sides]
            queries, documents = map(encode, texts)
            loss = torch.nn.functional.cross_entropy(common.SCALE * queries @ documents.T, torch.arange(batch))
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), common.CLIP, foreach=True)
            optimizer.step()
            optimizer.zero_grad()
            times.append(time.perf_counter())
            counts.append(sum(len(text) for side in texts for text in side))
        return sum(counts[skip:]) / (times[-1] - times[skip])

    model.eval()
    result = {
        "versions": common.versions(),
        "attention": model.config._attn_implementation,
        "encoding": {folder.name: encoding(folder) for folder in options.encoded},
    }
    model.train()
    trained = zip(options.trained, options.batch, options.skip, strict=True)
    result["training"] = {folder.name: training(folder, batch, skip) for folder, batch, skip in trained}
    common.write_result(options.output, result)


if __name__ == "__main__":
    main()
