/** As the reference: Llama 3 70B in 4 bits on vLLM. `{model}` is `--judge-model`. */
export const DEFAULT_COMMAND = 'vllm serve {model} --host 127.0.0.1 --port {port}';
export const DEFAULT_SERVED_MODEL = 'casperhansen/llama-3-70b-instruct-awq';
