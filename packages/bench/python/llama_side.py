"""llama_side.py GGUF THREADS: steered decoding by llama.cpp, with a control vector and llama.cpp's own samplers.

The rows of a request share their prompt's keys and values, and each step is one batch of them.
"""
import ctypes, sys

import llama_cpp as llama

from serve import Clock, serve

MOST_ROWS, CONTEXT = 64, 512
threads = int(sys.argv[2])
llama.llama_backend_init()
model = llama.llama_model_load_from_file(sys.argv[1].encode(), llama.llama_model_default_params())
layers, width = llama.llama_model_n_layer(model), llama.llama_model_n_embd(model)
vocab = llama.llama_model_get_vocab(model)


def context_for(rows):
    params = llama.llama_context_default_params()
    params.n_ctx, params.n_batch, params.n_ubatch = CONTEXT * rows, 512, 512
    params.n_seq_max = rows
    params.n_threads = params.n_threads_batch = threads
    params.kv_unified = True
    return llama.llama_init_from_model(model, params)


def steer(context, request):
    """Its buffer starts at layer 1: layer 0 cannot be steered."""
    if not request["vector"]:
        return
    data = (ctypes.c_float * (layers * width))()
    for layer in request["layers"]:
        at = (layer - 1) * width
        data[at : at + width] = [value * request["mults"][0] for value in request["vector"]]
    if llama.llama_set_adapter_cvec(context, data, len(data), width, 1, layers - 1):
        raise RuntimeError("llama_set_adapter_cvec refuses the vector")


def sampler(seed, temperature):
    chain = llama.llama_sampler_chain_init(llama.llama_sampler_chain_default_params())
    if temperature:
        llama.llama_sampler_chain_add(chain, llama.llama_sampler_init_top_k(50))
        llama.llama_sampler_chain_add(chain, llama.llama_sampler_init_temp(temperature))
        llama.llama_sampler_chain_add(chain, llama.llama_sampler_init_dist(seed))
    else:
        llama.llama_sampler_chain_add(chain, llama.llama_sampler_init_greedy())
    return chain


contexts = {}


def decode(request):
    rows = request["repeats"]
    (prompt,) = request["prompts"]
    if rows not in contexts:
        contexts[rows] = context_for(rows), llama.llama_batch_init(512, 0, 1)
    context, batch = contexts[rows]
    memory = llama.llama_get_memory(context)
    llama.llama_memory_clear(memory, True)
    steer(context, request)
    chains = [sampler(row, request["temperature"]) for row in range(rows)]

    def run(tokens, positions, sequences, wanted):
        batch.n_tokens = len(tokens)
        for i, (token, position, sequence, want) in enumerate(zip(tokens, positions, sequences, wanted)):
            batch.token[i], batch.pos[i], batch.n_seq_id[i] = token, position, 1
            batch.seq_id[i][0], batch.logits[i] = sequence, want
        if llama.llama_decode(context, batch):
            raise RuntimeError("llama_decode failed")

    whole = Clock()
    last = len(prompt) - 1
    run(prompt, range(len(prompt)), [0] * len(prompt), [i == last for i in range(len(prompt))])
    for row in range(1, rows):
        llama.llama_memory_seq_cp(memory, 0, row, -1, -1)
    replies = [[llama.llama_sampler_sample(chain, context, last)] for chain in chains]
    rest = Clock()
    for step in range(request["newTokens"] - 1):
        run([reply[-1] for reply in replies], [len(prompt) + step] * rows, range(rows), [True] * rows)
        for row, (chain, reply) in enumerate(zip(chains, replies)):
            reply.append(llama.llama_sampler_sample(chain, context, row))
    answer = {"decode": rest.read(), "whole": whole.read(), "ids": replies}
    for chain in chains:
        llama.llama_sampler_free(chain)
    return answer


serve(decode=decode)
