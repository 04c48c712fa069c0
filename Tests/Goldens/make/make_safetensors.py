"""Makes Tests/SafetensorsTests/Goldens/serialized.json with the reference library.

    python3 -m venv /tmp/venv && /tmp/venv/bin/pip install safetensors==0.8.0
    /tmp/venv/bin/python Tests/Goldens/make/make_safetensors.py

Each case is a dictionary of tensors and the whole file safetensors.serialize makes of it, in hexadecimal.
At most one entry of metadata: with more, the reference's order is that of a hash table.
The library names no 6-bit types in Python, so F6_E2M3 and F6_E3M2 are missing.
"""

import ctypes
import json
import pathlib

import safetensors

assert safetensors.__version__ == "0.8.0", safetensors.__version__

TYPES = {
    "BOOL": ("bool", 8), "F4": ("float4_e2m1fn_x2", 4), "U8": ("uint8", 8), "I8": ("int8", 8),
    "F8_E5M2": ("float8_e5m2", 8), "F8_E4M3": ("float8_e4m3fn", 8), "F8_E8M0": ("float8_e8m0fnu", 8),
    "F8_E4M3FNUZ": ("float8_e4m3fnuz", 8), "F8_E5M2FNUZ": ("float8_e5m2fnuz", 8), "I16": ("int16", 16),
    "U16": ("uint16", 16), "F16": ("float16", 16), "BF16": ("bfloat16", 16), "I32": ("int32", 32),
    "U32": ("uint32", 32), "F32": ("float32", 32), "C64": ("complex64", 64), "F64": ("float64", 64),
    "I64": ("int64", 64), "U64": ("uint64", 64),
}


def content(shape, bits, seed):
    count = 1
    for dimension in shape:
        count *= dimension
    return bytes((37 * i + 11 * seed + 5) % 256 for i in range(count * bits // 8))


def case(name, tensors, metadata=None):
    """`tensors` lists (name, type, logical shape)."""
    specs, described, alive = {}, [], []
    for seed, (tensor, type_name, shape) in enumerate(tensors):
        dtype, bits = TYPES[type_name]
        data = content(shape, bits, seed)
        buffer = ctypes.create_string_buffer(data, max(1, len(data)))
        alive.append(buffer)
        # The library takes the shape of packed 4-bit values in bytes and doubles the last dimension itself.
        stored = list(shape[:-1]) + [shape[-1] // 2] if type_name == "F4" else shape
        specs[tensor] = safetensors.TensorSpec(
            dtype=dtype, shape=stored, data_ptr=ctypes.addressof(buffer), data_len=len(data))
        described.append({"name": tensor, "dtype": type_name, "shape": shape, "bytes": data.hex()})
    return {
        "case": name, "metadata": metadata, "tensors": described,
        "file": bytes(safetensors.serialize(specs, metadata)).hex(),
    }


CASES = [
    case("nothing", []),
    case("nothing but metadata", [], {"format": "pt"}),
    case("empty metadata", [("a", "F32", [1])], {}),
    case("one number", [("a", "F32", [1])]),
    case("a scalar", [("scalar", "F64", [])]),
    case("a zero-sized tensor", [("empty", "F32", [2, 0, 3])]),
    case("zero-sized among others", [("b", "F32", [0]), ("a", "F32", [2]), ("c", "F32", [0]), ("d", "F32", [1])]),
    case("names sorted by bytes", [("b", "F32", [1]), ("a", "F32", [1]), ("B", "F32", [1]), ("a.b", "F32", [1]),
                                   ("a0", "F32", [1]), ("", "F32", [1]), ("aa", "F32", [1])]),
    case("types sorted by rank", [("t%02d" % i, type_name, [2]) for i, type_name in enumerate(TYPES)]),
    case("types sorted by rank, names against it",
         [("t%02d" % (99 - i), type_name, [4]) for i, type_name in enumerate(TYPES)]),
    case("every type twice", [(letter + type_name, type_name, [2]) for letter in "ba" for type_name in TYPES]),
    case("metadata", [("a", "F32", [2, 2])], {"format": "pt"}),
    case("metadata with escapes", [("a", "I8", [3])], {"q\"b\\\n\t\r\b\f\x01\x1f\x7f/": "é€😀 \u2028\u0000"}),
    case("names with escapes", [("q\"b\\\n\t", "U8", [1]), ("\x01", "U8", [1]), ("é", "U8", [2]), ("😀", "U8", [3]),
                                ("\u2028", "U8", [1]), ("e\u0301", "U8", [1]), ("/", "U8", [1]), ("\x7f", "U8", [1])]),
    case("packed 4-bit values", [("a", "F4", [3, 2]), ("b", "F4", [6])]),
    case("odd lengths", [("a", "U8", [3]), ("b", "I16", [5]), ("c", "F32", [7]), ("d", "F64", [1])]),
    case("many dimensions", [("a", "F16", [1, 2, 1, 3, 1, 2, 1])]),
    case("brain floats", [("a", "BF16", [3, 5]), ("b", "F32", [2])]),
    case("booleans and integers", [("mask", "BOOL", [4]), ("ids", "I64", [2, 3]), ("types", "I32", [2])]),
    case("a large dimension beside zero", [("a", "F32", [0, 9223372036854775807])]),
    case("digits in names", [("layer.%d.weight" % i, "F32", [1]) for i in range(12)]),
    case("a small BERT", [
        ("embeddings.word_embeddings.weight", "F32", [5, 4]), ("embeddings.LayerNorm.bias", "F32", [4]),
        ("embeddings.LayerNorm.weight", "F32", [4]), ("embeddings.position_ids", "I64", [1, 6]),
        ("encoder.layer.0.attention.self.query.weight", "F32", [4, 4]), ("pooler.dense.bias", "F32", [4]),
    ], {"format": "pt"}),
] + [case("padding %d" % n, [("x" * n, "F32", [1])]) for n in range(1, 9)]

target = pathlib.Path(__file__).resolve().parents[2] / "SafetensorsTests/Goldens/serialized.json"
lines = ",\n".join(json.dumps(one, ensure_ascii=True) for one in CASES)
target.write_text("[\n" + lines + "\n]\n")
print(len(CASES), "cases,", target.stat().st_size, "bytes")
