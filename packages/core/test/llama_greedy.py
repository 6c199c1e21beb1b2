"""Greedy continuations by llama.cpp: llama_greedy.py MODEL.gguf COUNT < [[ids of a prompt], ...] > one JSON list a prompt.

Each step is [id, gap]: the token taken, and how far its logit lies above the next one's.
"""

import json
import os
import sys

import xllamacpp

params = xllamacpp.CommonParams()
params.model.path = sys.argv[1]
params.n_ctx = 1024
params.n_parallel = 1
# Keys and values in float32, as the graph has them.
params.cache_type_k = params.cache_type_v = xllamacpp.ggml_type.GGML_TYPE_F32
for pool in (params.cpuparams, params.cpuparams_batch):
    pool.n_threads = max(1, (os.cpu_count() or 1) // 2)
server = xllamacpp.Server(params)

replies = []
for ids in json.load(sys.stdin):
    reply = server.handle_completions(
        {
            "prompt": ids,
            "n_predict": int(sys.argv[2]),
            "temperature": 0,
            "n_probs": 2,
            "cache_prompt": False,
        }
    )
    steps = (reply if isinstance(reply, dict) else json.loads(reply))["choices"][0]["logprobs"]["content"]
    tops = [step["top_logprobs"] for step in steps]
    replies.append([[step["id"], top[0]["logprob"] - top[1]["logprob"]] for step, top in zip(steps, tops)])
print(json.dumps(replies))
