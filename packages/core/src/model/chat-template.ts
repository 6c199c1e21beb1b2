import { Template } from '@huggingface/jinja';
import type { Message } from '../datasets/message.js';
import { SteeringError } from '../errors/index.js';
import type { NamedTokens } from './named-tokens.js';

/**
 * Llama 3.1 and later write a date into the system message, 3.2 today's. Prompts must not change from day to day, so
 * it is the one those templates themselves fall back to.
 */
const TEMPLATE_DATE = '26 Jul 2024';

/** A chat template, compiled once: what `apply_chat_template` of transformers writes, on a fixed day. */
export class ChatTemplate {
	readonly #text: string;
	readonly #tokens: NamedTokens;
	#compiled: Template | undefined;

	/** `tokens`: what the template may write by name, such as `bos_token`. */
	constructor(text: string, tokens: NamedTokens) {
		this.#text = withFixedDate(text);
		this.#tokens = tokens;
	}

	/** The conversation as text. ERR_BAD_FILE with the template's own words if it refuses the messages. */
	render(messages: readonly Message[], addGenerationPrompt: boolean): string {
		try {
			this.#compiled ??= new Template(this.#text);
			return this.#compiled.render({
				...{ messages, add_generation_prompt: addGenerationPrompt, tools: null, documents: null },
				...this.#tokens,
				...{ date_string: TEMPLATE_DATE, template_date: () => TEMPLATE_DATE },
			});
		} catch (cause) {
			const why = (cause as Error).message.replaceAll(/\s+/g, ' ');
			throw new SteeringError('ERR_BAD_FILE', `the chat template cannot write these messages: ${why}`, { cause });
		}
	}
}

/** The template engine's own clock cannot be passed in, only shadowed by the template itself. */
function withFixedDate(template: string): string {
	return template.includes('strftime_now') ? `{%- set strftime_now = template_date %}${template}` : template;
}
