import { Unsupported } from '../checkpoint-error.js';
import type { TokenizerSource } from '../tokenizer-source.js';
import type { GgufMetadata } from './gguf-metadata.js';

/** Kinds of tokens, as llama.cpp counts them. */
const CONTROL = 3;
const USER_DEFINED = 4;

const KEY = 'tokenizer.ggml';
/** llama.cpp's name for the one kind of tokenizer that is read. */
const BYTE_LEVEL_BPE = 'gpt2';

/** The tokenizer that a GGUF file carries. Throws a plain Error that says what is missing or odd, an Unsupported for another kind. */
export function ggufTokenizer(metadata: GgufMetadata): TokenizerSource {
	const model = metadata.required(`${KEY}.model`, 'string');
	if (model !== BYTE_LEVEL_BPE)
		throw new Unsupported(`its tokenizer is of kind ${model}, where ${BYTE_LEVEL_BPE} is known`);
	const tokens = metadata.list(`${KEY}.tokens`, 'string');
	const types = metadata.list(`${KEY}.token_type`, 'number');
	if (types.length !== tokens.length) throw new Error(`${tokens.length} tokens with ${types.length} types`);
	const id = (name: string) => metadata.id(`${KEY}.${name}_token_id`, tokens.length);
	const isAdded = (type: number) => type === CONTROL || type === USER_DEFINED;
	return {
		preTokenizer: metadata.optional(`${KEY}.pre`, 'string') ?? 'default',
		tokens,
		added: types.flatMap((type, index) => (isAdded(type) ? [{ id: index, special: type === CONTROL }] : [])),
		merges: metadata.list(`${KEY}.merges`, 'string'),
		...{ bos: id('bos'), eos: id('eos'), unknown: id('unknown'), padding: id('padding') },
		endOfTurn: ['eot', 'eom'].flatMap((name) => id(name) ?? []),
		addsBos: metadata.optional(`${KEY}.add_bos_token`, 'boolean') ?? false,
		chatTemplate: metadata.optional('tokenizer.chat_template', 'string'),
	};
}
