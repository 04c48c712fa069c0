"""Makes Tests/Goldens/blank-texts: what sentence-transformers computes of texts without any token.

    pip install -r Tests/Goldens/make/requirements.txt
    python Tests/Goldens/make/make_blank_texts.py

The models are the tiny ones beside it, which must be there. `golden.json` holds the texts, per bi-encoder the vector that
each of them has with every pooling, without a prompt and with one that pooling leaves out, and per cross-encoder
the logits of pairs in which the query, the document or both are blank.
"""

import json
import pathlib

import sentence_transformers
import torch
import transformers

GOLDENS = pathlib.Path(__file__).resolve().parents[1]
# Nothing, white space, and characters that BERT's tokenizer removes.
TEXTS = ["", " \t\n", "\u200b\ufeff\u0000"]
PROMPT = "find "
POOLINGS = ["mean", "cls", "max", "mean_sqrt_len_tokens", "lasttoken"]
PAIRS = [(query, document) for query in TEXTS + ["chess"] for document in TEXTS + ["a game of chess"]][:-1]


def vectors(folder: str) -> dict:
    """One vector for all blank texts, by pooling and prompt."""
    result = {}
    for pooling in POOLINGS:
        model = sentence_transformers.SentenceTransformer(str(GOLDENS / folder), device="cpu").double()
        model[1].pooling_mode = pooling
        model[1].include_prompt = False
        for name, prompt in [("plain", None), ("promptExcluded", PROMPT)]:
            rows = model.encode(TEXTS, prompt=prompt, convert_to_tensor=True)
            assert torch.isfinite(rows).all() and (rows - rows[0]).abs().max() < 1e-12
            result.setdefault(pooling, {})[name] = [float(value) for value in rows[0].float()]
    return result


def logits(folder: str) -> list[float]:
    model = sentence_transformers.CrossEncoder(str(GOLDENS / folder), device="cpu")
    model.double()
    found = model.predict(PAIRS, activation_fn=torch.nn.Identity(), convert_to_tensor=True)
    return [float(value) for value in found.float()]


def main() -> None:
    folder = GOLDENS / "blank-texts"
    folder.mkdir(exist_ok=True)
    content = {
        "made by": "Tests/Goldens/make/make_blank_texts.py",
        "versions": {
            "sentence-transformers": sentence_transformers.__version__,
            "transformers": transformers.__version__,
            "torch": torch.__version__,
        },
        "texts": TEXTS,
        "prompt": PROMPT,
        "vectors": {name: vectors(name) for name in ["bert-tiny", "distilbert-tiny"]},
        "pairs": PAIRS,
        "logits": {name: logits(name) for name in ["cross-encoder-tiny", "distilbert-cross-encoder-tiny"]},
    }
    (folder / "golden.json").write_text(json.dumps(content, ensure_ascii=True, indent=1) + "\n")


main()
