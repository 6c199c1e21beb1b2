"""first_token.py CHECKPOINT THREADS VECTOR LAYER TOKEN...: one steered token from a cold start, as the Python steering tool's own script.

VECTOR is a safetensors file with one tensor. Prints the token of greedy decoding.
"""
import sys

import torch
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM

checkpoint, threads, vector, layer, *prompt = sys.argv[1:]
torch.set_num_threads(int(threads))
model = AutoModelForCausalLM.from_pretrained(checkpoint, torch_dtype=torch.float32).eval()
(added,) = load_file(vector).values()


def hook(module, inputs, output):
    output[0][...] += added
    return output


model.model.layers[int(layer)].register_forward_hook(hook)
ids = torch.tensor([[int(token) for token in prompt]])
with torch.no_grad():
    made = model.generate(ids, attention_mask=torch.ones_like(ids), max_new_tokens=1, do_sample=False, pad_token_id=0)
print(made[0, -1].item())
