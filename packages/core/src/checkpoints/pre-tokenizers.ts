import { SteeringError } from '../errors/index.js';

/** How text is cut before merging, as tokenizer.json says it. */
interface PreTokenizer {
	readonly pre_tokenizer: object;
	readonly normalizer: object | null;
	/** Whether a piece that is a token is taken as it is, without merging. */
	readonly ignoreMerges: boolean;
}

const byteLevel = (useRegex: boolean) => ({
	...{ type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: useRegex },
});
const sequence = (...pretokenizers: object[]) => ({ type: 'Sequence', pretokenizers });
const split = (regex: string) =>
	sequence({ type: 'Split', pattern: { Regex: regex }, behavior: 'Isolated', invert: false }, byteLevel(false));

/** The rule of GPT-4 and Llama 3, for numbers of so many digits. */
const words = (digits: string) =>
	`(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}${digits}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+`;

const gpt2: PreTokenizer = { pre_tokenizer: byteLevel(true), normalizer: null, ignoreMerges: false };
const smollm: PreTokenizer = {
	...gpt2,
	pre_tokenizer: sequence({ type: 'Digits', individual_digits: true }, byteLevel(true)),
};
const llama3: PreTokenizer = { pre_tokenizer: split(words('{1,3}')), normalizer: null, ignoreMerges: true };
const qwen2: PreTokenizer = { pre_tokenizer: split(words('')), normalizer: { type: 'NFC' }, ignoreMerges: false };

/**
 * By the names of `tokenizer.ggml.pre`.
 * @see https://github.com/ggml-org/llama.cpp/blob/master/src/llama-vocab.cpp
 */
const PRE_TOKENIZERS: Readonly<Record<string, PreTokenizer>> = {
	...{ 'gpt-2': gpt2, smollm, starcoder: smollm, qwen2 },
	...{ 'llama-bpe': llama3, llama3, 'llama-v3': llama3 },
};

/** @throws SteeringError ERR_NOT_OFFERED listing those known: a wrong rule would give other tokens without a sign */
export function preTokenizer(name: string): PreTokenizer {
	const known = Object.hasOwn(PRE_TOKENIZERS, name) ? PRE_TOKENIZERS[name] : undefined;
	if (known) return known;
	throw new SteeringError('ERR_NOT_OFFERED', `the tokenizer cuts text by the rule ${name}, which is not known here`, {
		hint: `the rules known are ${Object.keys(PRE_TOKENIZERS).join(', ')}`,
	});
}
