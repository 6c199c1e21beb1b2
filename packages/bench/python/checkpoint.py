"""checkpoint.py MODEL OUT: an ONNX decoder in onnxruntime-genai's layout as a float32 Llama checkpoint with exactly its weights.

MatMulNBits holds w[n, k] = (q[n, k] - zero[n, k // block]) * scale[n, k // block], two 4-bit numbers a byte, the lower half first.
Prints the seconds it took.
"""
import sys, time
from pathlib import Path

import numpy as np, onnx, torch
from onnx import helper, numpy_helper
from transformers import AutoConfig, LlamaForCausalLM

start = time.perf_counter()
source, target = Path(sys.argv[1]), Path(sys.argv[2])
graph = onnx.load(str(source / "model.onnx")).graph
stored = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}


def unpacked(data, count):
    both = np.stack([data & 15, data >> 4], -1).reshape(*data.shape[:-1], -1)
    return both[..., :count]


def weight(node):
    is_ = {attribute.name: helper.get_attribute_value(attribute) for attribute in node.attribute}
    rows, columns, bits, block = is_["N"], is_["K"], is_["bits"], is_["block_size"]
    if bits not in (4, 8):
        sys.exit(f"{node.name}: weights of {bits} bits")
    blocks = -(-columns // block)
    values = stored[node.input[1]].reshape(rows, blocks, -1)
    scales = stored[node.input[2]].reshape(rows, blocks, 1).astype(np.float32)
    has_zeros = len(node.input) > 3 and node.input[3]
    zeros = stored[node.input[3]].reshape(rows, -1) if has_zeros else np.full((rows, blocks), 1 << (bits - 1), np.uint8)
    if bits == 4:
        values = unpacked(values, block)
        zeros = unpacked(zeros, blocks) if has_zeros else zeros
    whole = (values.astype(np.float32) - zeros.reshape(rows, blocks, 1).astype(np.float32)) * scales
    return whole.reshape(rows, -1)[:, :columns]


weights = {node.name: weight(node) for node in graph.node if node.op_type == "MatMulNBits"}
if not any(name.startswith("/model/layers.0/") for name in weights):
    sys.exit("MODEL is not in onnxruntime-genai's layout")
config = AutoConfig.from_pretrained(source)
head_dim = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
split = [config.num_attention_heads * head_dim, config.num_key_value_heads * head_dim]
state = {}
for i in range(config.num_hidden_layers):
    inside = {name.split("/")[-2]: value for name, value in weights.items() if name.startswith(f"/model/layers.{i}/")}
    query, key, value = np.split(inside["qkv_proj"], np.cumsum(split))
    at = f"model.layers.{i}."
    state |= {at + "self_attn.q_proj": query, at + "self_attn.k_proj": key, at + "self_attn.v_proj": value}
    state[at + "self_attn.o_proj"] = inside["o_proj"]
    state |= {at + f"mlp.{name}": inside[name] for name in ("gate_proj", "up_proj", "down_proj")}
    for norm in ("input_layernorm", "post_attention_layernorm"):
        state[at + norm] = stored[f"{at}{norm}.weight"]
state["model.norm"] = stored[f"model.layers.{config.num_hidden_layers}.final_norm_layernorm.weight"]
head = next(value for name, value in weights.items() if "lm_head" in name)
state["model.embed_tokens"] = head
if not config.tie_word_embeddings:
    state["lm_head"] = head
model = LlamaForCausalLM(config).float()
tensors = {f"{name}.weight": torch.from_numpy(np.array(value, np.float32)) for name, value in state.items()}
missing, unexpected = model.load_state_dict(tensors, strict=False)
if unexpected or set(missing) - {"lm_head.weight"}:
    sys.exit(f"tensors missing: {missing}, left over: {unexpected}")
model.save_pretrained(target)
print(time.perf_counter() - start)
