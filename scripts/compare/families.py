"""The families of encoders at base size: random checkpoints, texts of exact lengths, and the operations that these take.

    2 · weights · tokens + 4 · width · Σ pairs        per layer, with the pairs of tokens that see each other

counts the matrix products of a forward pass: projections, attention within its window, feed-forward block. A training step
counts three of them. What a model does beside its products (norms, activations, dropout, rotation, AdamW) counts as nothing.
"""

import dataclasses
import json
import pathlib
import random
import shutil

import common

GOLDENS = common.REPOSITORY / "Tests" / "Goldens"
WIDTH, HEADS, LAYERS = 768, 12, 12
QUERY_LENGTH = 128
POSITIONS = 2176  # some families count from an offset
# Of documents of each length: how many are encoded, and pairs of a training step.
DOCUMENTS = {128: 32, 2048: 2}
BATCHES = {128: 8, 2048: 2}
SKIP = {128: 1, 2048: 0}  # first steps of training that are not counted
STEPS = {128: 2, 2048: 1}  # those that are
# Whole tokens of every vocabulary of Tests/Goldens.
WORDS = "search query text word find fast file image sound game play chess board network packet".split()
# None of attention: with it PyTorch keeps every matrix of scores, 20 GB for two documents of 2,048 tokens.
DROPOUT = {"hidden_dropout_prob": 0.1}


@dataclasses.dataclass(frozen=True)
class Family:
    """How a base checkpoint differs from the tiny one that lends its tokenizer and the rest of its config.json."""

    tiny: str
    settings: dict = dataclasses.field(default_factory=dict)
    inner: int = 3072
    is_gated: bool = False
    layers: int = LAYERS
    window: int | None = None  # tokens on each side, in layers that are not global
    global_every: int = 1

    def operations(self, lengths: list[int]) -> float:
        """The floating-point operations of the products of a forward pass over texts of these lengths."""
        weights = WIDTH * (4 * WIDTH + (3 if self.is_gated else 2) * self.inner)
        total = 0
        for layer in range(self.layers):
            window = None if layer % self.global_every == 0 else self.window
            total += sum(2 * weights * length + 4 * WIDTH * pairs(length, window) for length in lengths)
        return float(total)


FAMILIES = {
    "bert": Family("bert-tiny", DROPOUT),
    "xlm-roberta": Family("roberta-tiny", DROPOUT),
    "mpnet": Family("mpnet-tiny", DROPOUT),
    "modernbert": Family(
        "modernbert-tiny", {"local_attention": 128, "global_attn_every_n_layers": 3}, 1152, True, 22, 64, 3
    ),
    "nomic-bert": Family("nomic-bert-tiny", is_gated=True),
    "gte": Family("gte-tiny", DROPOUT, is_gated=True),
    "jina-embeddings-v3": Family("jina-tiny", DROPOUT),
}


SHARE, SPEED = "share of the sgemm peak", "tokens per second"
TASKS = [f"{task} {length}" for length in DOCUMENTS for task in ("encoding", "training")]


def part(name: str) -> str:
    """The name that a family has in results."""
    return f"family-{name}"


def measure(comparison, name: str) -> dict[str, dict[str, float]]:
    """Tokens a second of encoding and training at each length, and Hone's share of the peak measured around each.

    Encoding is Hone's whole process; the peer has its model loaded.
    """
    family, options = FAMILIES[name], comparison.options
    folder = comparison.scratch / name
    model = write_checkpoint(family, folder / "base")
    encoded = {length: write_collection(folder / f"encoding {length}", DOCUMENTS[length], length) for length in DOCUMENTS}
    trained = {
        length: write_collection(folder / f"training {length}", (SKIP[length] + STEPS[length]) * BATCHES[length], length)
        for length in BATCHES
    }

    def peak() -> float:
        command = [options.benchmarks, "attention", "--lengths", 16, "--tokens", 16, "--threads", options.threads]
        finished = common.run_measured([*command, "--rounds", 1, "--json"])
        return 1e9 * json.loads(finished.output)["sgemm peak, Gflop/s"]

    def speed_of(task: str, work) -> dict[str, float]:
        """The figures of work that returns its tokens, operations and seconds."""
        before = peak()
        tokens, operations, seconds = work()
        share = operations / seconds / ((before + peak()) / 2)
        return {f"{task}, {SPEED}": tokens / seconds, f"{task}, {SHARE}": share}

    def encode(length: int):
        documents = list(common.read_collection(encoded[length]).documents.values())
        _, finished = common.encode_with_hone(options.binary, model, documents, folder, options.threads)
        lengths = [length] * len(documents)
        return sum(lengths), family.operations(lengths), finished.seconds

    def train(length: int):
        run = folder / "run"
        shutil.rmtree(run, ignore_errors=True)
        recipe = folder / "recipe.yaml"
        common.write_recipe(recipe, model, trained[length], run, BATCHES[length], False, length, warmup=0)
        comparison.hone("run", recipe, "--quiet")
        steps = common.steps_of(run)[SKIP[length]:]
        rows = sum(step["rows"] for step in steps)
        lengths = [min(length, QUERY_LENGTH), length] * rows
        return sum(lengths), 3 * family.operations(lengths), sum(step["seconds"] for step in steps)

    def hone():
        figures = {}
        for length in DOCUMENTS:
            figures |= speed_of(f"encoding {length}", lambda: encode(length))
            figures |= speed_of(f"training {length}", lambda: train(length))
        return figures

    def peer():
        arguments = ["--model", model, "--encoded", *encoded.values(), "--trained", *trained.values()]
        arguments += ["--batch", *BATCHES.values(), "--skip", *SKIP.values(), "--threads", options.threads]
        result, _ = comparison.script("families_torch.py", *arguments)
        speeds = result["encoding"] | result["training"]  # by the names of the folders
        return {f"{task}, {SPEED}": speed for task, speed in speeds.items()}

    return comparison.rounds(f"family {name}", {"Hone": hone, "PyTorch loop": peer}, "random words")


def pairs(length: int, window: int | None) -> int:
    """The pairs of tokens that see each other in a text, where every token sees `window` others on each side."""
    reach = length if window is None else min(window, length)
    return sum(min(length, place + reach + 1) - max(0, place - reach) for place in range(length))


def text_of(length: int, generator: random.Random) -> str:
    """A text of so many tokens, the two that every text has around it included."""
    return " ".join(generator.choices(WORDS, k=length - 2))


def write_collection(folder: pathlib.Path, count: int, length: int) -> pathlib.Path:
    """A collection of `count` pairs: documents of this length, queries of at most QUERY_LENGTH."""
    generator = random.Random(common.SEED)
    (folder / "qrels").mkdir(parents=True, exist_ok=True)
    for name, tokens, title in [("queries", min(length, QUERY_LENGTH), {}), ("corpus", length, {"title": ""})]:
        rows = [{"_id": str(number), **title, "text": text_of(tokens, generator)} for number in range(count)]
        common.write_json_lines(folder / f"{name}.jsonl", rows)
    judgments = ["query-id\tcorpus-id\tscore", *(f"{number}\t{number}\t1" for number in range(count))]
    (folder / "qrels" / "train.tsv").write_text("\n".join(judgments) + "\n", encoding="utf-8")
    return folder


def write_checkpoint(family: Family, folder: pathlib.Path) -> pathlib.Path:
    """A random checkpoint of base size in the layout of sentence-transformers."""
    import torch
    import transformers

    source = GOLDENS / family.tiny
    shutil.copytree(source, folder, ignore=shutil.ignore_patterns("golden*", "*.safetensors"))
    sizes = {
        "hidden_size": WIDTH, "num_attention_heads": HEADS, "num_hidden_layers": family.layers,
        "intermediate_size": family.inner, "max_position_embeddings": POSITIONS,
    }  # fmt: skip
    edits = {
        "config.json": sizes | family.settings,
        "sentence_bert_config.json": {"max_seq_length": max(DOCUMENTS)},
        "tokenizer_config.json": {"model_max_length": max(DOCUMENTS)},
        "1_Pooling/config.json": {"word_embedding_dimension": WIDTH},
    }
    for name, values in edits.items():
        path = folder / name
        path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | values), encoding="utf-8")
    torch.manual_seed(common.SEED)
    configuration = transformers.AutoConfig.from_pretrained(folder)
    transformers.AutoModel.from_config(configuration).save_pretrained(folder)
    return folder
