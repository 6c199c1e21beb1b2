"""genai_side.py MODEL THREADS: unsteered decoding by onnxruntime-genai. MODEL is a folder in its own layout."""
import sys

import numpy as np
import onnxruntime_genai as genai

from serve import Clock, serve

config = genai.Config(sys.argv[1])
config.overlay(f'{{"model": {{"decoder": {{"session_options": {{"intra_op_num_threads": {int(sys.argv[2])}}}}}}}}}')
model = genai.Model(config)


def decode(request):
    (prompt,) = request["prompts"]
    rows, new_tokens = request["repeats"], request["newTokens"]
    params = genai.GeneratorParams(model)
    length = len(prompt) + new_tokens
    sampling = {"do_sample": True, "top_k": 50, "temperature": request["temperature"]} if request["temperature"] else {"do_sample": False}
    # Ends of a turn do not end the reply: all sides write as many tokens.
    params.set_search_options(max_length=length, min_length=length, batch_size=rows, **sampling)
    whole = Clock()
    generator = genai.Generator(model, params)
    generator.append_tokens(np.array([prompt] * rows, dtype=np.int32))
    generator.generate_next_token()
    rest = Clock()
    for _ in range(new_tokens - 1):
        generator.generate_next_token()
    answer = {"decode": rest.read(), "whole": whole.read()}
    replies = [generator.get_sequence(row)[len(prompt) :] for row in range(rows)]
    return {**answer, "ids": [[int(token) for token in reply] for reply in replies]}


serve(decode=decode)
