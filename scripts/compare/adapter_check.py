"""Does PEFT load the adapter of a run, and compute what the run's merged model computes?

    pip install peft==0.21.2
    python adapter_check.py runs/with-lora

The base is the model that `adapter/adapter_config.json` names. Hidden states (of a bi-encoder's transformer) or logits of
random tokens must agree with those of `model/` within 1e-5 of the largest. Exit code 1 where they do not.
"""

import argparse
import json
import pathlib
import sys
import warnings

import peft
import torch
import transformers

TOLERANCE = 1e-5


def load(cls, folder: pathlib.Path, **options):
    return cls.from_pretrained(folder, attn_implementation="eager", torch_dtype=torch.float32, **options).eval()


@torch.no_grad()
def outputs(model, inputs) -> torch.Tensor:
    found = model(**inputs)
    return found.logits if hasattr(found, "logits") else found.last_hidden_state[inputs["attention_mask"].bool()]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=pathlib.Path)
    run = parser.parse_args().run
    warnings.simplefilter("ignore")
    config = json.loads((run / "adapter" / "adapter_config.json").read_text(encoding="utf-8"))
    scores = config["task_type"] == "SEQ_CLS"
    cls = transformers.AutoModelForSequenceClassification if scores else transformers.AutoModel
    options = {"num_labels": 1} if scores else {}
    base = load(cls, config["base_model_name_or_path"], **options)
    adapted = peft.PeftModel.from_pretrained(base, run / "adapter").eval()
    merged = load(cls, run / "model")
    lengths = torch.arange(1, 17)
    ids = torch.randint(merged.config.vocab_size, (16, 16), generator=torch.Generator().manual_seed(1))
    inputs = {"input_ids": ids, "attention_mask": (torch.arange(16) < lengths[:, None]).long()}
    expected, found = outputs(merged, inputs), outputs(adapted, inputs)
    difference = ((expected - found).abs().max() / expected.abs().max()).item()
    changed = len([name for name, _ in adapted.named_parameters() if "lora_A" in name])
    print(json.dumps({"layers": changed, "difference": difference, "tolerance": TOLERANCE}))
    sys.exit(0 if difference <= TOLERANCE and changed == len(config["target_modules"]) else 1)


if __name__ == "__main__":
    main()
