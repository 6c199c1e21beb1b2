import { Tokenizer } from '@huggingface/tokenizers';
import type { Message } from '../datasets/message.js';
import { SteeringError } from '../errors/index.js';
import { renderUpToAnswer } from './answer-end.js';
import { ChatTemplate } from './chat-template.js';
import { namedTokens } from './named-tokens.js';
import { configuredStopIds, END_OF_TURN_TOKENS } from './stop-tokens.js';
import { type TokenText, tokenTexts } from './token-bytes.js';
import { chatTemplateOf, readTokenizerFiles, type TokenizerFiles } from './tokenizer-files.js';

export interface TokenizerPlace {
	/** Where `tokenizer.json` is. */
	readonly tokenizerFolder: string;
	/** Where the graph is; its configuration may name further stop tokens. */
	readonly folder: string;
}

/** A model's tokenizer and chat template, as SPEC 1.1 uses them. Reads local files only. */
export class ChatTokenizer {
	readonly #tokenizer: Tokenizer;
	readonly #template: ChatTemplate;
	readonly #cleanUp: boolean;
	readonly #files: TokenizerFiles;
	#texts: readonly (TokenText | undefined)[] | undefined;
	/** Token ids at which a reply ends. */
	readonly stopIds: readonly number[];

	private constructor(tokenizer: Tokenizer, files: TokenizerFiles, template: ChatTemplate, stopIds: number[]) {
		this.#tokenizer = tokenizer;
		this.#files = files;
		this.#template = template;
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
		const { tokenizer, named } = construct(files, tokenizerFolder);
		const configured = await configuredStopIds([tokenizerFolder, folder]);
		const ends = [named.eos_token, ...END_OF_TURN_TOKENS].map((token) => token && tokenizer.token_to_id(token));
		const stopIds = [...new Set([...configured, ...ends.filter((id) => typeof id === 'number')])];
		return new ChatTokenizer(tokenizer, files, new ChatTemplate(template, named), stopIds);
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
		return this.#template.render(messages, addGenerationPrompt);
	}

	/** Token ids of a text as it stands: special tokens written in it count, none is added. */
	encode(text: string): number[] {
		return text === '' ? [] : this.#tokenizer.encode(text, { add_special_tokens: false }).ids;
	}

	/**
	 * Token ids of a text as its model expects one that stands alone: with the BOS token where the tokenizer puts one, once.
	 */
	encodeText(text: string): number[] {
		const { ids } = this.#tokenizer.encode(text, { add_special_tokens: true });
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

/** Of what was read and checked. `Tokenizer` is what every class of transformers.js that a decoder may name hands its work to. */
function construct(files: TokenizerFiles, folder: string) {
	try {
		const named = namedTokens(files.config);
		return { named, tokenizer: new Tokenizer(files.tokenizer, { ...files.config, ...named }) };
	} catch (cause) {
		const why = (cause as Error).message.replaceAll(/\s+/g, ' ');
		throw new SteeringError('ERR_BAD_FILE', `the tokenizer in ${folder} cannot be used: ${why}`, { cause });
	}
}
