"""Makes the tiny checkpoints of this folder, with PyTorch's numbers for them: random weights, large enough that every fact of an
architecture shows. pip install torch==2.13.0 transformers==5.24.0 numpy==2.4.6
"""

import json
from pathlib import Path

import torch
from safetensors.torch import save_file
from transformers import AutoConfig, AutoModelForCausalLM

HERE = Path(__file__).parent
VOCAB = 64
COMMON = dict(
    vocab_size=VOCAB, hidden_size=32, intermediate_size=48, num_hidden_layers=3, num_attention_heads=4,
    num_key_value_heads=2, max_position_embeddings=256, bos_token_id=60, eos_token_id=61, pad_token_id=62,
)
LLAMA3 = dict(
    rope_type="llama3", factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0, original_max_position_embeddings=64,
)
LONG = dict(
    rope_type="longrope", short_factor=[1.0, 1.1, 1.2, 1.3, 1.5, 1.8, 2.0, 2.5],
    long_factor=[1.0, 2.0, 3.0, 5.0, 8.0, 13.0, 20.0, 30.0],
)
# name: (model_type, configuration, dtype, files)
MODELS = {
    "llama": ("llama", dict(
        head_dim=16, attention_bias=True, mlp_bias=True, tie_word_embeddings=False, rope_theta=10000.0, rope_scaling=LLAMA3,
    ), torch.float32, 2),
    "mistral": ("mistral", dict(head_dim=16, sliding_window=5, rope_theta=10000.0), torch.bfloat16, 1),
    "qwen2": ("qwen2", dict(
        num_attention_heads=2, num_key_value_heads=1, tie_word_embeddings=True, rope_theta=1000000.0,
    ), torch.bfloat16, 1),
    "qwen2-window": ("qwen2", dict(
        num_attention_heads=2, num_key_value_heads=1, rope_theta=1000000.0, use_sliding_window=True, sliding_window=6,
        max_window_layers=1,
    ), torch.bfloat16, 1),
    "qwen3": ("qwen3", dict(head_dim=16, tie_word_embeddings=False, rope_theta=1000000.0), torch.bfloat16, 1),
    "phi3": ("phi3", dict(
        hidden_size=64, num_attention_heads=2, num_key_value_heads=1, sliding_window=7, partial_rotary_factor=0.5,
        original_max_position_embeddings=64, rope_theta=10000.0, rope_scaling=LONG,
    ), torch.float16, 1),
    "gemma2": ("gemma2", dict(
        num_hidden_layers=4, head_dim=16, sliding_window=4, query_pre_attn_scalar=8, attn_logit_softcapping=3.0,
        final_logit_softcapping=6.0, rope_theta=10000.0,
    ), torch.bfloat16, 1),
    "gemma3": ("gemma3_text", dict(
        num_hidden_layers=7, num_key_value_heads=1, head_dim=16, sliding_window=5, query_pre_attn_scalar=16,
        rope_theta=100000.0, rope_local_base_freq=100.0, rope_scaling=dict(rope_type="linear", factor=4.0),
    ), torch.bfloat16, 1),
}
PROMPT_LENGTHS = [24, 9, 17, 5, 21, 13, 24, 3]


def randomize(model, generator):
    for name, parameter in model.named_parameters():
        noise = torch.randn(parameter.shape, generator=generator)
        with torch.no_grad():
            if "norm" in name:
                parameter.copy_(parameter + 0.3 * noise)
            elif parameter.dim() == 1:
                parameter.copy_(0.5 * noise)
            elif "embed_tokens" in name:
                parameter.copy_(0.3 * noise)
            else:
                parameter.copy_(1.2 * noise / parameter.shape[1] ** 0.5)


def sites(layer):
    """What makes what is added to the stream, and the stream after the layer."""
    post = hasattr(layer, "post_feedforward_layernorm")
    return {
        "attn_out": layer.post_attention_layernorm if post else layer.self_attn,
        "mlp_out": layer.post_feedforward_layernorm if post else layer.mlp,
        "resid_post": layer,
    }


def logits_of(model, prompt):
    with torch.no_grad():
        return model(input_ids=torch.tensor([prompt]), use_cache=False).logits[0].contiguous()


def run(model, prompt):
    """Logits, and the activations at the last token, (layers, width) by site."""
    seen = {"attn_out": [], "mlp_out": [], "resid_post": []}
    hooks = []
    for layer in model.model.layers:
        for site, module in sites(layer).items():
            def keep(_, __, output, site=site):
                seen[site].append((output[0] if isinstance(output, tuple) else output)[0, -1])

            hooks.append(module.register_forward_hook(keep))
    logits = logits_of(model, prompt)
    for hook in hooks:
        hook.remove()
    return logits, {site: torch.stack(rows) for site, rows in seen.items()}


def steer(model, prompt, site, vector):
    """Logits where a vector is added at a site of layer 1, at all tokens."""
    def add(_, __, output):
        return (output[0] + vector, *output[1:]) if isinstance(output, tuple) else output + vector

    hook = sites(model.model.layers[1])[site].register_forward_hook(add)
    logits = logits_of(model, prompt)
    hook.remove()
    return logits


def rotary(embedding):
    """Radians per position, and what cosines and sines are multiplied by."""
    kinds = {"": "everywhere", "full_attention_": "everywhere", "sliding_attention_": "local"}
    return {
        f"rotary.{name}": torch.cat([
            getattr(embedding, f"{kind}inv_freq").float(),
            torch.tensor([getattr(embedding, f"{kind}attention_scaling")], dtype=torch.float32),
        ])
        for kind, name in kinds.items() if hasattr(embedding, f"{kind}inv_freq")
    }


def save(folder, tensors, files):
    if files == 1:
        save_file(tensors, folder / "model.safetensors", {"format": "pt"})
        return
    names = sorted(tensors)
    weight_map = {name: f"model-{1 + i % files:05}-of-{files:05}.safetensors" for i, name in enumerate(names)}
    for file in sorted(set(weight_map.values())):
        save_file({name: tensors[name] for name in names if weight_map[name] == file}, folder / file, {"format": "pt"})
    total = sum(tensor.nbytes for tensor in tensors.values())
    index = {"metadata": {"total_size": total}, "weight_map": weight_map}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index, indent=1))


def make(name, seed):
    model_type, settings, dtype, files = MODELS[name]
    generator = torch.Generator().manual_seed(seed)
    config = AutoConfig.for_model(model_type, **{**COMMON, **settings})
    model = AutoModelForCausalLM.from_config(config, attn_implementation="eager", dtype=torch.float32).eval()
    randomize(model, generator)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(parameter.to(dtype).float())
    folder = HERE / name
    folder.mkdir(exist_ok=True)
    # As the hub's checkpoints have it: the names of transformers 4.
    given = {"model_type": model_type, "architectures": [type(model).__name__], "dtype": str(dtype).split(".")[1]}
    (folder / "config.json").write_text(json.dumps({**given, **COMMON, **settings}, indent=1))
    # And as transformers 5 writes it.
    config.to_json_file(folder / "config-5.json")
    tied = config.tie_word_embeddings
    tensors = {key: value.to(dtype).contiguous() for key, value in model.state_dict().items()}
    save(folder, {key: value for key, value in tensors.items() if not (tied and key == "lm_head.weight")}, files)
    expected = {}
    for i, length in enumerate(PROMPT_LENGTHS):
        prompt = torch.randint(0, 60, (length,), generator=generator).tolist()
        logits, seen = run(model, prompt)
        expected[f"prompt.{i}"] = torch.tensor(prompt, dtype=torch.int32)
        expected[f"logits.{i}"] = logits
        for kind, rows in seen.items():
            expected[f"{kind}.{i}"] = rows.contiguous()
    expected["vector"] = torch.randn(config.hidden_size, generator=generator)
    for site in ["attn_out", "mlp_out", "resid_post"]:
        expected[f"steered.{site}"] = steer(model, expected["prompt.0"].tolist(), site, expected["vector"])
    expected |= rotary(model.model.rotary_emb)
    save_file(expected, folder / "expected.safetensors")
    print(name, "largest logit", max(v.abs().max().item() for k, v in expected.items() if k.startswith("logits")))


def tokenizer():
    """A token for each of 60 characters, and four special ones."""
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

    characters = "Ġ" + "abcdefghijklmnopqrstuvwxyz" + "ABCDEFGHIJKLMNOPQRSTUVWXYZ" + ".,?!:;'"
    made = Tokenizer(models.BPE({character: i for i, character in enumerate(characters)}, []))
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    made.add_special_tokens([AddedToken(token, normalized=False) for token in ["<s>", "</s>", "<pad>", "<turn>"]])
    assert made.get_vocab_size() == VOCAB
    made.save(str(HERE / "tokenizer.json"))
    template = "{{ bos_token }}{% for m in messages %}<turn>{{ m.role }}:{{ m.content }}</s>{% endfor %}{% if add_generation_prompt %}<turn>assistant:{% endif %}"
    config = {"bos_token": "<s>", "eos_token": "</s>", "pad_token": "<pad>", "chat_template": template}
    (HERE / "tokenizer_config.json").write_text(json.dumps(config, indent=1))


tokenizer()
for seed, name in enumerate(MODELS):
    make(name, seed)
