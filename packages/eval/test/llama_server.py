"""llama.cpp's own server, as the xllamacpp wheel has it: llama_server.py MODEL.gguf PORT"""

import signal
import sys

import xllamacpp

params = xllamacpp.CommonParams()
params.model.path = sys.argv[1]
params.hostnames = ["127.0.0.1"]
params.port = int(sys.argv[2])
params.n_ctx = 8192
params.n_parallel = 2
server = xllamacpp.Server(params)
print(server.listening_address, flush=True)
signal.pause()
