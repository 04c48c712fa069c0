"""Makes Tests/TensorsTests/Goldens/positions.json: relative buckets and rotary tables of transformers.

    pip install -r Tests/Goldens/make/requirements.txt
    python Tests/Goldens/make/make_positions.py

`t5` lists the bucket of every key from 300 tokens before to 300 after the query, and of some far ones, as MPNet computes
them. `rotary` holds the cosines and sines of some positions, as ModernBERT's rotary embedding gives
them in 32 bits; with a divisor, as the type "linear" gives them.
"""

import json
import pathlib

import torch
from transformers import ModernBertConfig
from transformers.models.modernbert.modeling_modernbert import ModernBertRotaryEmbedding
from transformers.models.mpnet.modeling_mpnet import MPNetEncoder

TARGET = pathlib.Path(__file__).resolve().parents[2] / "TensorsTests" / "Goldens" / "positions.json"
NEAR = 300
FAR = [-8191, -4000, -1000, -512, 512, 1000, 4000, 8191]
POSITIONS = [0, 1, 2, 63, 511, 2047, 8191]
TABLES = [(64, 10_000.0, 1.0), (64, 160_000.0, 1.0), (64, 160_000.0, 8.0 ** (1 / 32)), (32, 1000.0, 1.0), (6, 20_000.0, 1.0)]


def rotary(width, base, divisor):
    kind = {"rope_type": "default"} if divisor == 1 else {"rope_type": "linear", "factor": divisor}
    parameters = {"rope_theta": base, **kind}
    config = ModernBertConfig(
        hidden_size=2 * width, num_attention_heads=2, num_hidden_layers=1, max_position_embeddings=8192,
        layer_types=["full_attention"],
        rope_parameters={"full_attention": parameters, "sliding_attention": parameters})
    embedding = ModernBertRotaryEmbedding(config)
    ids = torch.tensor([POSITIONS])
    cosines, sines = embedding(torch.zeros(1, len(POSITIONS), width), ids, "full_attention")
    half = width // 2
    return {
        "width": width, "base": base, "divisor": divisor,
        "cosines": cosines[0, :, :half].tolist(), "sines": sines[0, :, :half].tolist(),
    }


def main():
    relative = list(range(-NEAR, NEAR + 1)) + FAR
    buckets = MPNetEncoder.relative_position_bucket(torch.tensor(relative), num_buckets=32, max_distance=128)
    golden = {
        "t5": {"relative": relative, "buckets": buckets.tolist()},
        "positions": POSITIONS,
        "rotary": [rotary(*table) for table in TABLES],
    }
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(json.dumps(golden) + "\n")


if __name__ == "__main__":
    main()
