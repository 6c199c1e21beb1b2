"""Makes the SentencePiece models and expected token ids beside this file. Run it only to change them:

    python3 -m venv v && v/bin/pip install sentencepiece==0.2.1 transformers==4.43.3 'protobuf<8' jinja2
    v/bin/python make-fixture.py

llama.model is trained as Llama 2's was (BPE, byte fallback, a space before the text), gemma.model as Gemma's (no such space, runs
of spaces and newlines as symbols of their own). Ids and texts are those of transformers' conversion to tokenizer.json. llama-2.jinja is Llama 2's chat template, llama-2-chats.json what transformers
makes of it.
"""
import io
import json
import pathlib

import sentencepiece as spm
from transformers import GemmaTokenizerFast, LlamaTokenizerFast

HERE = pathlib.Path(__file__).parent
DOCS = sorted((HERE / "../../../../docs").glob("*.md"))
CORPUS = [line for path in DOCS for line in path.read_text().splitlines() if line.strip()]
COMMON = dict(
    model_type="bpe", byte_fallback=True, split_digits=True, remove_extra_whitespaces=False, character_coverage=0.9995,
    normalization_rule_name="identity", max_sentence_length=8192, allow_whitespace_only_pieces=True, minloglevel=2,
    num_threads=1, input_sentence_size=0,
)
TEXTS = [
    "", " ", "   ", "a", " a", "  two  spaces ", "Hello, world!", "The vectors of all layers, at multiplier -1.5", "it's I'd can’t",
    "\n", "\n\n", "a\n\n\nb", "\ttab\t\there", "line one\r\nline two", "naïve café Ünïcödé", "日本語のテキスト", "мир и ९८", "🙂👍🏽 family 👨‍👩‍👧",
    "0123456789 3.14159", "x=y; f(x) -> {a: [1, 2]}", "▁literal▁block", "<0x41> <unk>", "e\u0301 combining", "\u200bzero\u00a0width",
    "<s>", "a</s>b", "<s> [INST] Hi [/INST] Yes </s><s> [INST] more [/INST]", "<start_of_turn>user\nHi<end_of_turn>\n", "    indented\n        more",
    "MatMulNBits GroupQueryAttention", "ﬁ ligature Ⅷ ½", "trailing space ", "…" * 5, "\u0000nul",
]


def chat(*contents, system=None):
    turns = [{"role": ("user", "assistant")[i % 2], "content": text} for i, text in enumerate(contents)]
    return ([{"role": "system", "content": system}] if system else []) + turns


CHATS = [
    chat("Hi"), chat("  How do I\nsteer it? ", system="Be terse."), chat("One?", "Two.", "Three?"),
    chat("Is it (A) or (B)?", "(A"), chat("日本語?", " はい 🙂 ", "ok", system="Antworte auf Deutsch.\n"),
]


def train(name, **options):
    model = io.BytesIO()
    spm.SentencePieceTrainer.train(sentence_iterator=iter(CORPUS), model_writer=model, **COMMON, **options)
    (HERE / f"{name}.model").write_bytes(model.getvalue())


def expected(name, tokenizer):
    ids = [tokenizer(text, add_special_tokens=False)["input_ids"] for text in TEXTS]
    texts = [tokenizer.decode(each, clean_up_tokenization_spaces=False) for each in ids]
    write(name, [{"text": text, "ids": i, "decoded": d} for text, i, d in zip(TEXTS, ids, texts)])


def write(name, cases):
    lines = ",\n".join(json.dumps(case) for case in cases)
    (HERE / f"{name}.json").write_text(f"[\n{lines}\n]\n")


def chats(tokenizer):
    tokenizer.chat_template = (HERE / "llama-2.jinja").read_text()
    rendered = [tokenizer.apply_chat_template(chat, tokenize=False, add_generation_prompt=False) for chat in CHATS]
    ids = [tokenizer(text, add_special_tokens=False)["input_ids"] for text in rendered]
    write("llama-2-chats", [{"messages": c, "rendered": r, "ids": i} for c, r, i in zip(CHATS, rendered, ids)])


train("llama", vocab_size=900, unk_id=0, bos_id=1, eos_id=2, pad_id=-1)
LLAMA = LlamaTokenizerFast(str(HERE / "llama.model"), legacy=True, add_prefix_space=True)
expected("llama", LLAMA)
chats(LLAMA)
symbols = ["<start_of_turn>", "<end_of_turn>"] + ["\n" * n for n in (1, 2, 3)] + ["▁" * n for n in (2, 3, 4)]
train("gemma", vocab_size=900, pad_id=0, eos_id=1, bos_id=2, unk_id=3, add_dummy_prefix=False,
      pad_piece="<pad>", eos_piece="<eos>", bos_piece="<bos>", user_defined_symbols=symbols)
expected("gemma", GemmaTokenizerFast(str(HERE / "gemma.model")))
