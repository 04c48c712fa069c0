"""What the comparison scripts share: the settings of the compared run, collections, evaluation, measured processes."""

import dataclasses
import json
import math
import os
import pathlib
import subprocess
import sys
import time

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
MODEL = REPOSITORY / "checkpoints" / "all-MiniLM-L6-v2"
COLLECTION = REPOSITORY / "recipes" / "data" / "debian-programs"  # short, uneven texts
LONG_COLLECTION = REPOSITORY / "recipes" / "data" / "scifact"  # titles and abstracts: three of four documents are cut at LENGTH
BINARY = REPOSITORY / ".build" / "release" / "hone"

# The run being compared: the settings of recipes/debian-programs.yaml.
BATCH = 64
TOKENS = 7424
LENGTH = 256
RATE = 2e-5
DECAY = 0.01
WARMUP = 0.1
CLIP = 1.0
SCALE = 20.0
SEED = 17

# The same for cross-encoders: recipes/wikiqa-rerank.yaml.
RERANKER_RATE = 3e-5
RERANKER_LENGTH = 128
POSITIVE_WEIGHT = 4.0
BINARY_CROSS_ENTROPY = f"{{ name: binaryCrossEntropy, positiveWeight: {POSITIVE_WEIGHT} }}"


# MARK: Collections


@dataclasses.dataclass
class Collection:
    """A collection in BEIR layout; a document's content is its title, a space and its text, trimmed."""

    folder: pathlib.Path
    documents: dict[str, str]
    queries: dict[str, str]

    def judgments(self, split: str) -> dict[str, dict[str, int]]:
        """Grades by query id and document id, in the order of the file."""
        judgments: dict[str, dict[str, int]] = {}
        for line in (self.folder / "qrels" / f"{split}.tsv").read_text(encoding="utf-8").splitlines()[1:]:
            query, document, grade = line.split("\t")
            judgments.setdefault(query, {})[document] = int(grade)
        return judgments

    def pairs(self, split: str = "train") -> list[tuple[str, str]]:
        """Query text and document content of every relevant judgment, in the order of the file."""
        return [
            (self.queries[query], self.documents[document])
            for query, grades in self.judgments(split).items()
            for document, grade in grades.items()
            if grade > 0
        ]

    @property
    def splits(self) -> list[str]:
        return sorted(path.stem for path in (self.folder / "qrels").glob("*.tsv"))


def json_lines(path: pathlib.Path):
    with open(path, encoding="utf-8") as file:
        for line in file:
            if line.strip():
                yield json.loads(line)


def write_json_lines(path: pathlib.Path, rows) -> None:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


def read_collection(folder: pathlib.Path) -> Collection:
    documents = {
        row["_id"]: (row.get("title", "") + " " + row["text"]).strip() for row in json_lines(folder / "corpus.jsonl")
    }
    queries = {row["_id"]: row["text"] for row in json_lines(folder / "queries.jsonl")}
    return Collection(folder, documents, queries)


def distinct_pairs(collection: Collection, count: int | None = None) -> list[tuple[str, str, str, str]]:
    """The first `count` training pairs (or all) none of whose texts occurs twice: (query id, query, document id, document)."""
    seen: set[str] = set()
    rows = []
    for query, grades in collection.judgments("train").items():
        document = next(iter(grades))
        texts = {collection.queries[query], collection.documents[document]}
        if len(texts) == 2 and not texts & seen:
            seen |= texts
            rows.append((query, collection.queries[query], document, collection.documents[document]))
        if len(rows) == count:
            return rows
    if count is None:
        return rows
    sys.exit(f"{collection.folder}: only {len(rows)} training pairs with distinct texts; {count} are needed")


def titles_and_texts(folder: pathlib.Path, count: int) -> list[tuple[str, str, str, str]]:
    """The first `count` documents with a title and a text, as rows of `distinct_pairs`: the title is the query."""
    rows = [
        (row["_id"], row["title"], row["_id"], row["text"])
        for row in json_lines(folder / "corpus.jsonl")
        if row.get("title") and row["text"]
    ]
    if len(rows) < count:
        sys.exit(f"{folder}: only {len(rows)} documents with a title and a text; {count} are needed")
    return rows[:count]


def write_training_collection(folder: pathlib.Path, collection: Collection, count: int) -> pathlib.Path:
    """A collection of the first `count` distinct training pairs, in order, so that every side trains on the same."""
    return write_pairs(folder, distinct_pairs(collection, count))


def write_pairs(folder: pathlib.Path, rows: list[tuple[str, str, str, str]]) -> pathlib.Path:
    """A collection whose training pairs are the rows of `distinct_pairs`."""
    (folder / "qrels").mkdir(parents=True, exist_ok=True)
    write_json_lines(folder / "queries.jsonl", [{"_id": row[0], "text": row[1]} for row in rows])
    write_json_lines(folder / "corpus.jsonl", [{"_id": row[2], "title": "", "text": row[3]} for row in rows])
    lines = ["query-id\tcorpus-id\tscore"] + [f"{row[0]}\t{row[2]}\t1" for row in rows]
    (folder / "qrels" / "train.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


# MARK: The peers' side


def offline() -> None:
    """Keeps the peers from asking the Hub about local folders; call it before importing them."""
    os.environ.setdefault("HF_HUB_OFFLINE", "1")


def load_peer(model, threads: int):
    """sentence-transformers' model on the CPU at the compared length."""
    offline()
    import torch
    from sentence_transformers import SentenceTransformer

    torch.set_num_threads(threads)
    loaded = SentenceTransformer(str(model), device="cpu")
    loaded.max_seq_length = min(LENGTH, loaded.max_seq_length)
    return loaded


def load_cross_encoder(model, threads: int, length: int | None, seed: int | None = None):
    """sentence-transformers' cross-encoder on the CPU; the seed draws the classifier where the folder has none."""
    offline()
    import torch
    from sentence_transformers.cross_encoder import CrossEncoder

    torch.set_num_threads(threads)
    if seed is not None:
        torch.manual_seed(seed)
    return CrossEncoder(str(model), num_labels=1, device="cpu", max_length=length)


def step_times(steps: int | None):
    """A callback with the time at which each step ended; ends the training early where asked."""
    from transformers import TrainerCallback

    class StepTimes(TrainerCallback):
        def __init__(self):
            self.times = []

        def on_train_begin(self, args, state, control, **_):
            self.times.append(time.perf_counter())

        def on_step_end(self, args, state, control, **_):
            self.times.append(time.perf_counter())
            if state.global_step == steps:
                control.should_training_stop = True

    return StepTimes()


def parameter_groups(model) -> list[dict]:
    """Biases and LayerNorm without decay, as Hugging Face's trainer has it."""
    decayed, others = [], []
    for name, parameter in model.named_parameters():
        (others if name.endswith("bias") or "LayerNorm" in name else decayed).append(parameter)
    return [{"params": decayed, "weight_decay": DECAY}, {"params": others, "weight_decay": 0.0}]


def linear_schedule(optimizer, steps: int):
    import transformers

    return transformers.get_linear_schedule_with_warmup(optimizer, math.ceil(WARMUP * steps), steps)


def scores_of(model, collection: Collection, splits: list[str]) -> dict[str, dict[str, float]]:
    """nDCG@10 and recall@100 by trec_eval over the whole corpus, every judged topic counted."""
    import numpy
    import pytrec_eval

    judgments = {split: collection.judgments(split) for split in splits}
    names = list(collection.documents)
    corpus = model.encode(list(collection.documents.values()), batch_size=64, show_progress_bar=False)
    results = {}
    for split, judged in judgments.items():
        texts = [collection.queries[query] for query in judged]
        queries = model.encode(texts, batch_size=64, show_progress_bar=False)
        scores = numpy.asarray(queries, numpy.float32) @ numpy.asarray(corpus, numpy.float32).T
        evaluator = pytrec_eval.RelevanceEvaluator(judged, {"ndcg_cut.10", "recall.100"})
        topics = [
            evaluator.evaluate({query: dict(zip(names, row.tolist()))})[query] for query, row in zip(judged, scores)
        ]
        results[split] = {
            "nDCG@10": sum(topic["ndcg_cut_10"] for topic in topics) / len(judged),
            "recall@100": sum(topic["recall_100"] for topic in topics) / len(judged),
            "queries": len(judged),
        }
    return results


def list_scores(collection: Collection, split: str, score) -> dict[str, float]:
    """MAP, MRR and nDCG@10 by trec_eval of the documents judged for each query, in the order of `score(pairs)`."""
    import pytrec_eval

    judged = collection.judgments(split)
    pairs = [(collection.queries[query], collection.documents[name]) for query in judged for name in judged[query]]
    scores = iter(float(value) for value in score(pairs))
    run = {query: {name: next(scores) for name in names} for query, names in judged.items()}
    topics = pytrec_eval.RelevanceEvaluator(judged, {"map", "recip_rank", "ndcg_cut.10"}).evaluate(run)
    names = {"MAP": "map", "MRR": "recip_rank", "nDCG@10": "ndcg_cut_10"}
    return {ours: sum(topic[theirs] for topic in topics.values()) / len(judged) for ours, theirs in names.items()}


# MARK: Hone


def write_recipe(
    path: pathlib.Path,
    model: pathlib.Path,
    collection: pathlib.Path,
    output: pathlib.Path,
    queries: int = BATCH,
    shuffle: bool = True,
    precision: str = "float32",
    length: int = LENGTH,
    warmup: float = WARMUP,
) -> pathlib.Path:
    """recipes/debian-programs.yaml on other data, without evaluation and checkpoints; `shuffle: false` takes rows as given."""
    order = "" if shuffle else ", shuffle: false"
    path.write_text(
        f"""recipe: trainBiEncoder
seed: {SEED}
precision: {precision}
model:     {{ folder: "{model}", pooling: mean, maximumLength: {length} }}
data:      {{ collection: "{collection}", split: train{order} }}
batch:     {{ queries: {queries}, tokens: {TOKENS}, uniqueTexts: true }}
loss:      {{ name: infoNCE, temperature: {1 / SCALE}, maskKnownPositives: true }}
optimizer: {{ name: adamW, rate: {RATE}, decay: {DECAY}, clip: {CLIP} }}
schedule:  {{ name: linear, warmup: {warmup}, epochs: 1 }}
output:    {{ folder: "{output}" }}
""",
        encoding="utf-8",
    )
    return path


def write_reranker_recipe(
    path: pathlib.Path,
    model: pathlib.Path,
    rows: pathlib.Path,
    output: pathlib.Path,
    groups: int,
    length: int = RERANKER_LENGTH,
    loss: str = BINARY_CROSS_ENTROPY,
    shuffle: bool = True,
) -> pathlib.Path:
    """A recipe that trains a cross-encoder for one epoch, without an evaluation."""
    order = "" if shuffle else ", shuffle: false"
    path.write_text(
        f"""recipe: trainCrossEncoder
seed: {SEED}
model:     {{ folder: "{model}", maximumLength: {length} }}
data:      {{ rows: "{rows}"{order} }}
batch:     {{ groups: {groups}, tokens: 8192 }}
loss:      {loss}
optimizer: {{ name: adamW, rate: {RERANKER_RATE}, decay: {DECAY}, clip: {CLIP} }}
schedule:  {{ name: linear, warmup: {WARMUP}, epochs: 1 }}
output:    {{ folder: "{output}" }}
""",
        encoding="utf-8",
    )
    return path


def steps_of(run: pathlib.Path) -> list[dict]:
    """The lines of a run's log.jsonl that are training steps: `step`, `loss`, `rows` and its wall time `seconds`."""
    return [row for row in json_lines(run / "log.jsonl") if "loss" in row]


def seed_of(run: pathlib.Path) -> int:
    """The seed in the resolved recipe of a run."""
    lines = (run / "recipe.yaml").read_text(encoding="utf-8").splitlines()
    return next(int(line.split(":")[1]) for line in lines if line.startswith("seed:"))


def encode_with_hone(
    binary, model, texts: list[str], folder: pathlib.Path, threads: int = 2, precision: str = "float32"
):
    """Embeddings of `hone encode`, and the finished process."""
    from safetensors.numpy import load_file

    source, target = folder / "texts.jsonl", folder / "embeddings.safetensors"
    write_json_lines(source, [{"_id": str(index), "text": text} for index, text in enumerate(texts)])
    options = ["--model", model, "--input", source, "--output", target, "--precision", precision]
    finished = run_measured([binary, "encode", "--quiet", *options, "--threads", threads])
    return load_file(target)["embeddings"], finished


# MARK: Processes


@dataclasses.dataclass
class Finished:
    seconds: float
    peak_bytes: int
    output: str


def run_measured(
    command: list, threads: int | None = None, text: str | None = None, may_fail: bool = False
) -> Finished:
    """Runs a command to its end: wall time, peak resident memory (as the kernel counts it) and standard output."""
    environment = dict(os.environ, HF_HUB_OFFLINE="1", TOKENIZERS_PARALLELISM="false")
    if threads:
        environment |= {"OMP_NUM_THREADS": str(threads), "MKL_NUM_THREADS": str(threads)}
    start = time.perf_counter()
    process = subprocess.Popen(
        [str(part) for part in command],
        stdin=subprocess.PIPE if text is not None else subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        env=environment,
        text=True,
    )
    if text is not None:
        feed(process, text)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - start
    if process.returncode != 0 and not may_fail:
        sys.exit(f"{' '.join(map(str, command))}: exit code {process.returncode}")
    return Finished(seconds, usage.ru_maxrss * 1024, output)


def feed(process: subprocess.Popen, text: str) -> None:
    """Writes a process's input from a thread of its own, so that neither side waits for the other."""
    import threading

    def write():
        with process.stdin as pipe:
            pipe.write(text)

    threading.Thread(target=write, daemon=True).start()


def peak_bytes() -> int:
    """This process's own peak resident memory so far."""
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def autocast(precision: str):
    """PyTorch's context in which products are of that precision."""
    import torch

    return torch.autocast("cpu", torch.bfloat16, enabled=precision == "bfloat16")


def versions() -> dict[str, str]:
    """Of the packages in Tests/Goldens/make/requirements.txt and of the runtimes, where those are installed."""
    import importlib.metadata

    names = ["torch", "sentence-transformers", "transformers", "tokenizers", "safetensors", "numpy"]
    runtimes = {"onnxruntime", "openvino", "nncf"}
    installed = {package.name for package in importlib.metadata.distributions()}
    return {name: importlib.metadata.version(name) for name in [*names, *sorted(runtimes & installed)]}


def write_result(path: str | None, result: dict) -> None:
    text = json.dumps(result, indent=2)
    if path:
        pathlib.Path(path).write_text(text + "\n", encoding="utf-8")
    else:
        print(text)
