import type { ReplyPiece, ToldToken } from './reply-text.js';
import type { Heading, ResponseShape } from './response-shape.js';

/** OpenAI's chat.completion and its chunks; `withUsage`: chunks have the field, null but in the last. */
export function chatShape(heading: Heading, options: { logprobs: boolean; withUsage: boolean }): ResponseShape {
	const chunk = (choices: object[], usage: object | null = null) => ({
		...heading,
		object: 'chat.completion.chunk',
		choices,
		...(options.withUsage ? { usage } : {}),
	});
	const logprobs = ({ tokens }: ReplyPiece) =>
		options.logprobs ? { content: tokens.map(tokenLogprob), refusal: null } : null;
	return {
		whole: (replies, usage) => ({
			...heading,
			object: 'chat.completion',
			choices: replies.map((reply, index) => ({
				index,
				message: { role: 'assistant', content: reply.text, refusal: null },
				logprobs: logprobs(reply),
				finish_reason: reply.finish,
			})),
			usage,
		}),
		opening: (index) =>
			chunk([{ index, delta: { role: 'assistant', content: '' }, logprobs: null, finish_reason: null }]),
		chunk: (index, piece, finish) => {
			const empty = finish !== null && piece.text === '' && piece.tokens.length === 0;
			const delta = empty ? {} : { content: piece.text };
			return chunk([{ index, delta, logprobs: empty ? null : logprobs(piece), finish_reason: finish }]);
		},
		usage: (usage) => chunk([], usage),
	};
}

function tokenLogprob({ text, bytes, logprob, top }: ToldToken) {
	return {
		token: text,
		logprob,
		bytes,
		top_logprobs: top.map((each) => ({ token: each.text, logprob: each.logprob, bytes: each.bytes })),
	};
}
