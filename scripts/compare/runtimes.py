"""Runs an encoder in ONNX Runtime, OpenVINO or PyTorch at a precision, with the model loaded.

    python runtimes.py export --model folder/ --rows rows.jsonl --samples samples.jsonl --save exported/
    python runtimes.py latency --model folder/ --rows rows.jsonl --exported exported/ --runtime OpenVINO --precision int8
    python runtimes.py random --model folder/ --save base-size/      a bi-encoder of BERT-base's size, random weights

Rows are {"query", "document"}: pairs, whose logits are computed, or {"query"} alone: texts, whose vectors are (mean pooled,
normalized). They are tokenized, sorted by length, and computed in batches of ten. Quantization to int8 is dynamic in ONNX
Runtime, after its fusions for BERT; for OpenVINO it is NNCF's after training, calibrated with the samples, rows like the others.
The parts of a layer that int8 leaves out have OpenVINO's own choice of precision.
"""

import argparse
import os
import pathlib
import statistics
import sys
import time

import common

BATCH = 10
INPUTS = ("input_ids", "attention_mask", "token_type_ids")
PRECISIONS = {
    "ONNX Runtime": ("float32", "int8"),
    "OpenVINO": ("float32", "bfloat16", "int8"),
    "PyTorch": ("float32", "bfloat16"),
}


# MARK: Texts


def rows_of(path: pathlib.Path) -> list:
    """What a tokenizer takes: pairs, or texts."""
    return [(row["query"], row["document"]) if "document" in row else row["query"] for row in common.json_lines(path)]


def tokenizer_of(folder: pathlib.Path):
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(common.LENGTH)
    return tokenizer


def batches_of(tokenizer, rows: list) -> tuple[list[tuple], list[int], int]:
    """INPUTS of each batch, the order of the rows in the batches, and the number of tokens that are no padding."""
    import numpy

    encodings = tokenizer.encode_batch(rows)
    order = sorted(range(len(rows)), key=lambda index: len(encodings[index].ids))
    batches = []
    for start in range(0, len(order), BATCH):
        chosen = [encodings[index] for index in order[start : start + BATCH]]
        arrays = tuple(numpy.zeros((len(chosen), len(chosen[-1].ids)), numpy.int64) for _ in INPUTS)
        for row, encoding in enumerate(chosen):
            for array, values in zip(arrays, (encoding.ids, encoding.attention_mask, encoding.type_ids)):
                array[row, : len(values)] = values
        batches.append(arrays)
    return batches, order, sum(len(encoding.ids) for encoding in encodings)


def outputs(run, tokenizer, rows: list):
    """What a model gives for each row, in their order."""
    import numpy

    batches, order, _ = batches_of(tokenizer, rows)
    found = numpy.concatenate([run(*batch) for batch in batches])
    return found[numpy.argsort(order)]


# MARK: Models


def module_of(folder: pathlib.Path, pairs: bool):
    """The model in PyTorch, as a function of INPUTS."""
    common.offline()
    import torch
    import transformers

    class Logits(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.model = transformers.AutoModelForSequenceClassification.from_pretrained(folder)

        def forward(self, ids, mask, types):
            return self.model(input_ids=ids, attention_mask=mask, token_type_ids=types).logits

    class Vectors(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.model = transformers.AutoModel.from_pretrained(folder)

        def forward(self, ids, mask, types):
            states = self.model(input_ids=ids, attention_mask=mask, token_type_ids=types).last_hidden_state
            weights = mask.unsqueeze(-1).to(states.dtype)
            return torch.nn.functional.normalize((states * weights).sum(1) / weights.sum(1))

    return (Logits() if pairs else Vectors()).eval()


def pytorch(options, precision: str):
    import torch

    torch.set_num_threads(options.threads)
    module = module_of(options.model, options.pairs)

    def run(*batch):
        with torch.inference_mode(), common.autocast(precision):
            return module(*(torch.from_numpy(array) for array in batch)).float().numpy()

    return run


def onnx_runtime(options, precision: str):
    import onnxruntime

    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = options.threads
    path = options.exported / f"onnx-{precision}.onnx"
    session = onnxruntime.InferenceSession(str(path), settings, providers=["CPUExecutionProvider"])
    names = {entry.name for entry in session.get_inputs()}

    def run(*batch):
        return session.run(None, {name: array for name, array in zip(INPUTS, batch) if name in names})[0]

    return run


def openvino(options, precision: str):
    import openvino

    settings = {"INFERENCE_NUM_THREADS": options.threads, "PERFORMANCE_HINT": "LATENCY"}
    hint = {"float32": "f32", "bfloat16": "bf16"}.get(precision)
    if hint:
        settings["INFERENCE_PRECISION_HINT"] = hint
    path = options.exported / f"openvino-{'int8' if precision == 'int8' else 'float32'}.xml"
    model = openvino.Core().compile_model(path, "CPU", settings)
    return lambda *batch: model(list(batch))[0]


RUNTIMES = {"ONNX Runtime": onnx_runtime, "OpenVINO": openvino, "PyTorch": pytorch}


# MARK: Commands


def export(options) -> dict:
    """Writes the model as ONNX Runtime and OpenVINO read it, and what PyTorch gives for the rows."""
    import nncf
    import numpy
    import onnx
    import onnxruntime.quantization
    import onnxruntime.transformers.optimizer
    import openvino
    import torch

    options.save.mkdir(parents=True, exist_ok=True)
    tokenizer = tokenizer_of(options.model)
    module = module_of(options.model, options.pairs)
    example = tuple(torch.from_numpy(array) for array in batches_of(tokenizer, rows_of(options.rows))[0][0])
    model = openvino.convert_model(module, example_input=example)
    openvino.save_model(model, options.save / "openvino-float32.xml", compress_to_fp16=False)
    # The fusion of attention knows this form and this exporter.
    module.model.set_attn_implementation("eager")
    plain = options.save / "onnx.onnx"
    torch.onnx.export(
        module, example, str(plain), input_names=list(INPUTS), output_names=["output"], dynamo=False,
        dynamic_axes={name: {0: "rows", 1: "tokens"} for name in INPUTS},
    )  # fmt: skip
    shape = module.model.config
    fused = onnxruntime.transformers.optimizer.optimize_model(
        str(plain), "bert", num_heads=shape.num_attention_heads, hidden_size=shape.hidden_size
    )
    fusions = fused.get_fused_operator_statistics()
    if fusions["Attention"] != shape.num_hidden_layers:
        sys.exit(f"ONNX Runtime fuses attention in {fusions['Attention']} of {shape.num_hidden_layers} layers")
    fused.save_model_to_file(str(options.save / "onnx-float32.onnx"))
    onnxruntime.quantization.quantize_dynamic(
        options.save / "onnx-float32.onnx", options.save / "onnx-int8.onnx",
        weight_type=onnxruntime.quantization.QuantType.QInt8,
        extra_options={"DefaultTensorType": onnx.TensorProto.FLOAT},
    )  # fmt: skip
    samples = [batches_of(tokenizer, [row])[0][0] for row in rows_of(options.samples)]
    quantized = nncf.quantize(
        model, nncf.Dataset(samples, list), model_type=nncf.ModelType.TRANSFORMER, subset_size=len(samples)
    )
    openvino.save_model(quantized, options.save / "openvino-int8.xml", compress_to_fp16=False)
    reference = outputs(pytorch(options, "float32"), tokenizer, rows_of(options.rows))
    numpy.save(options.save / "reference.npy", reference)
    return {"samples": len(samples), "spread": float(reference.std())}


def latency(options) -> dict:
    """Milliseconds for all rows, and how far the results are from those of PyTorch in float32."""
    import numpy

    run = RUNTIMES[options.runtime](options, options.precision)
    tokenizer, rows = tokenizer_of(options.model), rows_of(options.rows)
    warm, repetitions = (1, 6) if options.pairs else (20, 200)
    seconds = []
    for _ in range(warm + repetitions):
        start = time.perf_counter()
        found = outputs(run, tokenizer, rows)
        seconds.append(time.perf_counter() - start)
    reference = numpy.load(options.exported / "reference.npy")
    return {
        "median milliseconds": 1000 * statistics.median(seconds[warm:]),
        "tokens": batches_of(tokenizer, rows)[2],
        "largest difference": float(abs(found - reference).max()),
    }


def random(options) -> dict:
    """Writes a bi-encoder of BERT-base's size with random weights, and the tokenizer of the given one."""
    common.offline()
    import sentence_transformers
    import transformers

    base = transformers.BertConfig()  # twelve layers of 768, MiniLM's words
    transformers.AutoTokenizer.from_pretrained(options.model).save_pretrained(options.save)
    transformers.BertModel(base).save_pretrained(options.save)
    sentence_transformers.SentenceTransformer(str(options.save), device="cpu").save_pretrained(str(options.save))
    return {"layers": base.num_hidden_layers, "width": base.hidden_size}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["export", "latency", "random"])
    parser.add_argument("--model", default=common.MODEL, type=pathlib.Path)
    parser.add_argument("--rows", type=pathlib.Path, help="what is computed")
    parser.add_argument("--samples", type=pathlib.Path, help="rows to calibrate with")
    parser.add_argument("--save", type=pathlib.Path, help="a folder for the exported models")
    parser.add_argument("--exported", type=pathlib.Path, help="the folder that export has made")
    parser.add_argument("--runtime", choices=RUNTIMES)
    parser.add_argument("--precision", default="float32", choices=["float32", "bfloat16", "int8"])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--output", help="the result as JSON; standard output where absent")
    options = parser.parse_args()
    options.pairs = bool(options.rows) and isinstance(rows_of(options.rows)[0], tuple)
    os.environ["TOKENIZERS_PARALLELISM"] = "true"
    common.write_result(options.output, {"export": export, "latency": latency, "random": random}[options.what](options))


if __name__ == "__main__":
    main()
