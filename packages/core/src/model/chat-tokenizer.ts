import type { PreTrainedTokenizer } from '@huggingface/transformers';
import type { Message } from '../datasets/message.js';
import { SteeringError } from '../errors/index.js';
import { renderUpToAnswer } from './answer-end.js';
import { configuredStopIds, END_OF_TURN_TOKENS } from './stop-tokens.js';
import { type TokenText, tokenTexts } from './token-bytes.js';
import { chatTemplateOf, readTokenizerFiles, type TokenizerFiles } from './tokenizer-files.js';

/**
 * Llama 3.1 and later write a date into the system message, 3.2 today's. Prompts must not change from day to day, so
 * it is the one those templates themselves fall back to.
 */
const TEMPLATE_DATE = '26 Jul 2024';

export interface TokenizerPlace {
	/** Where `tokenizer.json` is. */
	readonly tokenizerFolder: string;
	/** Where the graph is; its configuration may name further stop tokens. */
	readonly folder: string;
}

/** A model's tokenizer and chat template, as SPEC 1.1 uses them. Reads local files only. */
export class ChatTokenizer {
	readonly #tokenizer: PreTrainedTokenizer;
	readonly #template: string;
	readonly #cleanUp: boolean;
	readonly #files: TokenizerFiles;
	#texts: readonly (TokenText | undefined)[] | undefined;
	/** Token ids at which a reply ends. */
	readonly stopIds: readonly number[];

	private constructor(tokenizer: PreTrainedTokenizer, files: TokenizerFiles, template: string, stopIds: number[]) {
		this.#tokenizer = tokenizer;
		this.#files = files;
		this.#template = withFixedDate(template);
		this.#cleanUp = files.config.clean_up_tokenization_spaces ?? false;
		this.stopIds = stopIds;
	}

	/**
	 * @param place a folder with `tokenizer.json` (`tokenizer_config.json`, `chat_template.jinja`), or a model's files
	 * @throws ERR_MISSING_INPUT without tokenizer or chat template, ERR_BAD_FILE if they cannot be used
	 */
	static async load(place: string | TokenizerPlace): Promise<ChatTokenizer> {
		const { tokenizerFolder, folder } = typeof place === 'string' ? { tokenizerFolder: place, folder: place } : place;
		const files = await readTokenizerFiles(tokenizerFolder);
		const template = chatTemplateOf(files, tokenizerFolder);
		const tokenizer = await construct(files, tokenizerFolder);
		const configured = await configuredStopIds([tokenizerFolder, folder]);
		const known = END_OF_TURN_TOKENS.map((token) => tokenizer.convert_tokens_to_ids(token) as number | undefined);
		const ids = [...configured, tokenizer.eos_token_id as number | undefined, ...known];
		const stopIds = [...new Set(ids.filter((id) => id !== undefined))];
		return new ChatTokenizer(tokenizer, files, template, stopIds);
	}

	/**
	 * Token ids of a conversation, BOS once. A last message by the user gets the generation prompt; one by the assistant
	 * loses everything after its own text, so that the last id is the readout token (SPEC 1.1).
	 */
	encodeChat(messages: readonly Message[]): number[] {
		const last = messages.at(-1);
		if (last?.role !== 'assistant') return this.encode(this.renderChat(messages));
		const render = (content: string) => this.renderChat([...messages.slice(0, -1), { role: 'assistant', content }]);
		const text = renderUpToAnswer(render, last.content);
		if (text !== null) return this.encode(text);
		throw new SteeringError('ERR_BAD_FILE', 'the chat template does not write the last assistant message as it is', {
			hint: 'vectors are read at the last token of an answer: use a template that keeps it',
		});
	}

	/** The conversation as text, before any cut. By default the generation prompt follows unless the assistant spoke last. */
	renderChat(messages: readonly Message[], options: { addGenerationPrompt?: boolean } = {}): string {
		const { addGenerationPrompt = messages.at(-1)?.role !== 'assistant' } = options;
		try {
			return this.#tokenizer.apply_chat_template(messages as Message[], {
				chat_template: this.#template,
				tokenize: false,
				add_generation_prompt: addGenerationPrompt,
				...{ date_string: TEMPLATE_DATE, template_date: () => TEMPLATE_DATE },
			});
		} catch (cause) {
			const why = (cause as Error).message.replaceAll(/\s+/g, ' ');
			throw new SteeringError('ERR_BAD_FILE', `the chat template cannot write these messages: ${why}`, { cause });
		}
	}

	/** Token ids of a text as it stands: special tokens written in it count, none is added. */
	encode(text: string): number[] {
		return text === '' ? [] : this.#tokenizer.encode(text, { add_special_tokens: false });
	}

	/**
	 * Token ids of a text as its model expects one that stands alone: with the BOS token where the tokenizer puts one, once.
	 */
	encodeText(text: string): number[] {
		const ids = this.#tokenizer.encode(text, { add_special_tokens: true });
		return ids.length > 1 && ids[0] === ids[1] && this.tokenTexts()[ids[0]!]?.special ? ids.slice(1) : ids;
	}

	/** What each token writes, by its id; a hole where there is no such token. */
	tokenTexts(): readonly (TokenText | undefined)[] {
		this.#texts ??= tokenTexts(this.#files);
		return this.#texts;
	}

	/** Text of token ids, without special tokens unless asked for. */
	decode(ids: readonly number[], options: { skipSpecialTokens?: boolean } = {}): string {
		if (ids.length === 0) return '';
		return this.#tokenizer.decode([...ids], {
			skip_special_tokens: options.skipSpecialTokens ?? true,
			clean_up_tokenization_spaces: this.#cleanUp,
		});
	}

	/** The token that tells answer `(A` from `(B`: the last of its encoding (SPEC 1.3; one token `(A` in Llama 3, `A` elsewhere). */
	answerToken(letter: 'A' | 'B'): number {
		return this.encode(`(${letter}`).at(-1)!;
	}
}

/** The template engine's own clock cannot be passed in, only shadowed by the template itself. */
function withFixedDate(template: string): string {
	return template.includes('strftime_now') ? `{%- set strftime_now = template_date %}${template}` : template;
}

/** Through the class that the configuration names, as AutoTokenizer picks it, but from what was read and checked. */
async function construct(files: TokenizerFiles, folder: string): Promise<PreTrainedTokenizer> {
	// Imported late: it takes half a second and loads a model runtime of its own.
	const transformers = await import('@huggingface/transformers');
	const name = (files.config.tokenizer_class ?? 'PreTrainedTokenizer').replace(/Fast$/, '');
	const named = (transformers as Record<string, unknown>)[name];
	const Base = transformers.PreTrainedTokenizer;
	const isTokenizer = typeof named === 'function' && (named === Base || named.prototype instanceof Base);
	const Class = isTokenizer ? (named as typeof Base) : Base;
	try {
		return new Class(files.tokenizer, withPlainTokens(files.config));
	} catch (cause) {
		const why = (cause as Error).message.replaceAll(/\s+/g, ' ');
		throw new SteeringError('ERR_BAD_FILE', `the tokenizer in ${folder} cannot be used: ${why}`, { cause });
	}
}

/** Tokens written as objects without their `__type`, as some exporters do, are refused by the library. */
function withPlainTokens(config: TokenizerFiles['config']): Record<string, unknown> {
	const plain = (value: unknown) =>
		typeof value === 'object' && value !== null && 'content' in value ? value.content : value;
	return Object.fromEntries(
		Object.entries(config).map(([key, value]) => [key, key.endsWith('_token') ? plain(value) : value]),
	);
}
