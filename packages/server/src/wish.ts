import { setImmediate } from 'node:timers/promises';
import { ApiError } from './api-error.js';
import type { ChatBody } from './chat-body.js';
import type { CompletionBody } from './completion-body.js';
import { constraintWish } from './constraint-wish.js';
import type { Generator, Wish } from './generator.js';
import { CHAT_TOKENS, COMPLETION_TOKENS } from './limits.js';
import { requireText } from './require-text.js';

export function chatWish(body: ChatBody, generator: Generator): Wish {
	const { tokenizer } = generator.model;
	const { messages } = body;
	requireText(messages.map(({ content }) => content).join(''), generator);
	const goesOn = body.continue_final_message || body.add_generation_prompt === false;
	const ids = body.continue_final_message
		? tokenizer.encodeChat(messages)
		: tokenizer.encode(tokenizer.renderChat(messages, { addGenerationPrompt: !goesOn }));
	const both = [body.max_tokens, body.max_completion_tokens].filter((value) => value !== undefined && value !== null);
	if (both.length === 2 && both[0] !== both[1]) {
		throw new ApiError(400, 'max_tokens and max_completion_tokens differ: leave one out', { param: 'max_tokens' });
	}
	return {
		...shared(body),
		prompts: [ids],
		maxTokens: both[0],
		defaultTokens: CHAT_TOKENS,
		topLogprobs: body.logprobs ? (body.top_logprobs ?? 0) : undefined,
	};
}

export async function completionWish(body: CompletionBody, generator: Generator): Promise<Wish> {
	const { maxWaiting } = generator.batch.limits;
	if (Array.isArray(body.prompt) && typeof body.prompt[0] !== 'number' && body.prompt.length > maxWaiting) {
		throw new ApiError(400, `${body.prompt.length} prompts at once, and at most ${maxWaiting} may wait`, {
			param: 'prompt',
		});
	}
	return {
		...shared(body),
		prompts: await promptIds(body, generator),
		maxTokens: body.max_tokens ?? undefined,
		defaultTokens: COMPLETION_TOKENS,
		topLogprobs: body.logprobs ?? undefined,
	};
}

function shared(body: ChatBody | CompletionBody) {
	const { stop } = body;
	return {
		n: body.n ?? 1,
		temperature: body.temperature ?? undefined,
		topP: body.top_p ?? undefined,
		topK: body.top_k ?? undefined,
		seed: body.seed ?? undefined,
		streamed: body.stream ?? false,
		stops: typeof stop === 'string' ? [stop] : (stop ?? []),
		steering: body.steering ?? [],
		constraint: constraintWish(body),
	};
}

async function promptIds({ prompt, add_special_tokens }: CompletionBody, generator: Generator): Promise<number[][]> {
	const { tokenizer } = generator.model;
	const { vocab } = generator.model.info;
	const encode = (text: string) => {
		requireText(text, generator);
		const ids = add_special_tokens === false ? tokenizer.encode(text) : tokenizer.encodeText(text);
		if (ids.length > 0) return ids;
		throw new ApiError(400, 'the prompt is empty', { param: 'prompt' });
	};
	const check = (ids: number[]) => {
		const wrong = ids.find((id) => id >= vocab);
		if (wrong === undefined) return ids;
		throw new ApiError(400, `prompt: there is no token ${wrong}, the vocabulary has ${vocab}`, { param: 'prompt' });
	};
	if (typeof prompt === 'string') return [encode(prompt)];
	if (typeof prompt[0] === 'number') return [check(prompt as number[])];
	const all: number[][] = [];
	for (const each of prompt) {
		all.push(typeof each === 'string' ? encode(each) : check(each as number[]));
		// Between two texts others have their turn.
		await setImmediate();
	}
	return all;
}
