"""make-blocks.py OUT.safetensors: blocks of every ggml type that is read here, and their numbers as the Python package `gguf` dequantises them.

pip install gguf==0.19.0 safetensors. Scales are ordinary numbers; all other bits are random.
"""

import sys

import numpy as np
from gguf import GGML_QUANT_SIZES, GGMLQuantizationType
from gguf.quants import dequantize
from safetensors.numpy import save_file

BLOCKS = {"Q4_0": 0, "Q4_1": 0, "Q5_0": 0, "Q5_1": 0, "Q8_0": 0, "Q4_K": 0, "Q5_K": 0, "Q6_K": 208}
TWO_SCALES = {"Q4_1", "Q5_1", "Q4_K", "Q5_K"}
COUNT = 6
random = np.random.default_rng(8)
tensors = {}
for name, at in BLOCKS.items():
    kind = GGMLQuantizationType[name]
    size = GGML_QUANT_SIZES[kind][1]
    blocks = random.integers(0, 256, (COUNT, size), dtype=np.uint8)
    scales = random.normal(0, 0.05, (COUNT, 2)).astype(np.float16)
    scales[0] = 2.0**-20  # not normal in float16
    width = 4 if name in TWO_SCALES else 2
    blocks[:, at : at + width] = scales.view(np.uint8)[:, :width]
    tensors[f"{name}.bytes"] = blocks.reshape(-1)
    tensors[f"{name}.values"] = dequantize(blocks, kind).astype(np.float32).reshape(-1)
halves = random.normal(0, 1, 64).astype(np.float16)
tensors["F16.bytes"], tensors["F16.values"] = halves.view(np.uint8), halves.astype(np.float32)
brain = (random.normal(0, 1, 64).astype(np.float32).view(np.uint32) >> 16).astype(np.uint16)
tensors["BF16.bytes"], tensors["BF16.values"] = brain.view(np.uint8), dequantize(brain.view(np.uint8), GGMLQuantizationType.BF16)
floats = random.normal(0, 1, 64).astype(np.float32)
tensors["F32.bytes"], tensors["F32.values"] = floats.view(np.uint8), floats
# Rounding: numbers beside the ties of float16, of all its sizes, and NumPy's answer.
edges = (np.arange(0, 0x7C01, 97, dtype=np.uint16).view(np.float16).astype(np.float32)[:, None] * np.float32([1, -1])).reshape(-1)
between = np.concatenate([edges, (edges[:-2] + edges[2:]) / 2, random.normal(0, 1e-6, 200), random.normal(0, 4e4, 200)]).astype(np.float32)
halfway = (np.arange(0, 0x7BFF, 89, dtype=np.uint16).view(np.float16).astype(np.float32) + np.arange(1, 0x7C00, 89, dtype=np.uint16).view(np.float16).astype(np.float32)) / 2
between = np.concatenate([between, halfway, np.float32([0, -0.0, 65504, 65519.99, 65520, 1e30, np.inf, -np.inf, 2.0**-25, 2.0**-24, 1e-40])]).astype(np.float32)
with np.errstate(over="ignore"):
    tensors["float16.values"], tensors["float16.bytes"] = between, between.astype(np.float16).view(np.uint8)
save_file({k: np.ascontiguousarray(v) for k, v in tensors.items()}, sys.argv[1])
