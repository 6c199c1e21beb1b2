"""scrub.py CHECKPOINT INPUT OUTPUT: scrubs a Llama checkpoint as the Python steering tool does.

INPUT holds `ids` (N, tokens), the first half of them positive. Runs one example at a time and every sub-layer twice, with a
concept_erasure fitter in float32, updated example by example. Prints the seconds of the fit alone; OUTPUT gets `I.vec`,
`I.proj_left` and `I.proj_right` for each sub-layer I (attention, MLP, attention, ...).
"""
import inspect, sys, time

import torch
from concept_erasure import LeaceFitter
from safetensors.torch import load_file, save_file
from transformers import AutoModelForCausalLM

torch.set_num_threads(2)
checkpoint, source, target = sys.argv[1:4]
model = AutoModelForCausalLM.from_pretrained(checkpoint, torch_dtype=torch.float32, attn_implementation="eager").eval()
examples = load_file(source)["ids"].long()
labels = [torch.tensor([[0, 1]]) if i < len(examples) // 2 else torch.tensor([[1, 0]]) for i in range(len(examples))]
positions = torch.arange(examples.shape[1])[None]
causal = torch.full((examples.shape[1],) * 2, torch.finfo(torch.float32).min).triu(1)[None, None]


def attention(layer):
    module = layer.self_attn
    asks = inspect.signature(module.forward).parameters

    def run(h):
        given = {"attention_mask": causal}
        if "position_ids" in asks:
            given["position_ids"] = positions
        if "position_embeddings" in asks and hasattr(model.model, "rotary_emb"):
            given["position_embeddings"] = model.model.rotary_emb(h, positions)
        return module(h, **given)[0]

    return run


@torch.no_grad()
def scrub():
    found = {}
    streams = [model.model.embed_tokens(ids[None]) for ids in examples]
    for index, layer in enumerate(model.model.layers):
        parts = ((layer.input_layernorm, attention(layer)), (layer.post_attention_layernorm, layer.mlp))
        for part, (norm, run) in enumerate(parts):
            fitter = LeaceFitter(streams[0].shape[-1], 2, method="leace", dtype=torch.float32)
            sums = torch.zeros(2, streams[0].shape[-1])
            for x, z in zip(streams, labels):
                last = run(norm(x))[:, -1]
                fitter.update(last, z)
                sums += z.T.float() @ last
            vector = (sums[1] - sums[0]) / len(streams)
            eraser = fitter.eraser
            for i, x in enumerate(streams):
                streams[i] = x + eraser(run(norm(x))) + vector
            at = f"{2 * index + part}."
            found[at + "vec"] = vector
            found[at + "proj_left"] = eraser.proj_left
            found[at + "proj_right"] = eraser.proj_right
    return found


start = time.perf_counter()
found = scrub()
seconds = time.perf_counter() - start
save_file({name: value.float().contiguous() for name, value in found.items()}, target)
print(seconds)
