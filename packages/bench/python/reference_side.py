"""reference_side.py CHECKPOINT THREADS: steered sampling and activations as the Python steering tool does them.

One sequence at a time, hooks in Python, float32 (../shared/bench/reference_baseline.py, parts a and b).
"""
import sys

import torch
import transformers
from transformers import AutoModelForCausalLM

from serve import Clock, serve

torch.set_num_threads(int(sys.argv[2]))
transformers.logging.set_verbosity_error()
model = AutoModelForCausalLM.from_pretrained(sys.argv[1], torch_dtype=torch.float32).eval()
layers = model.model.layers


@torch.no_grad()
def decode(request):
    vector = request["vector"] and torch.tensor(request["vector"])
    new_tokens, temperature = request["newTokens"], request["temperature"]
    sampling = {"do_sample": True, "temperature": temperature} if temperature else {"do_sample": False}
    replies = []
    clock = Clock()
    for mult in request["mults"]:

        def hook(module, inputs, output):
            output[0][..., None:None, :] += vector * mult
            return output

        hooks = [layers[layer].register_forward_hook(hook) for layer in request["layers"]]
        for prompt in request["prompts"]:
            ids = torch.tensor([prompt])
            for repeat in range(request["repeats"]):
                torch.manual_seed(repeat)
                made = model.generate(
                    ids,
                    attention_mask=torch.ones_like(ids),
                    max_new_tokens=new_tokens,
                    min_new_tokens=new_tokens,
                    use_cache=True,
                    pad_token_id=0,
                    **sampling,
                )
                replies.append(made[0, ids.shape[1] :].tolist())
        for handle in hooks:
            handle.remove()
    return {"whole": clock.read(), "ids": replies}


@torch.no_grad()
def capture(request):
    acts = [[] for _ in layers]
    clock = Clock()
    hooks = [
        layer.register_forward_hook(lambda module, inputs, output, l=l: acts[l].append(output[0].detach()[0, -1].cpu()))
        for l, layer in enumerate(layers)
    ]
    for prompt in request["prompts"]:
        model(torch.tensor([prompt]))
    for handle in hooks:
        handle.remove()
    whole = clock.read()
    return {"whole": whole, "activations": torch.cat([layer[0] for layer in acts]).tolist()}


serve(decode=decode, capture=capture)
