"""llama.cpp's own server, as the xllamacpp wheel has it: llama_server.py MODEL.gguf PORT"""

import os
import signal
import sys

import xllamacpp

params = xllamacpp.CommonParams()
params.model.path = sys.argv[1]
params.hostnames = ["127.0.0.1"]
params.port = int(sys.argv[2])
params.n_ctx = 8192
params.n_parallel = 2
# The default is a thread for each core, and on busy cores threads that wait for each other are slower than one.
for pool in (params.cpuparams, params.cpuparams_batch):
    pool.n_threads = max(1, (os.cpu_count() or 1) // 2)
server = xllamacpp.Server(params)
print(server.listening_address, flush=True)
signal.pause()
