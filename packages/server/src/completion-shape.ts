import type { ReplyPiece } from './reply-text.js';
import type { Heading, ResponseShape } from './response-shape.js';

/** OpenAI's text_completion, whose chunks look the same; `withUsage`: chunks have the field, null but in the last. */
export function completionShape(heading: Heading, options: { logprobs: boolean; withUsage: boolean }): ResponseShape {
	const body = (choices: object[], usage?: object | null) => ({
		...heading,
		object: 'text_completion',
		choices,
		...(usage === undefined ? {} : { usage }),
	});
	const choice = (index: number, piece: ReplyPiece, finish: string | null) => ({
		index,
		text: piece.text,
		logprobs: options.logprobs ? tokenLogprobs(piece) : null,
		finish_reason: finish,
	});
	return {
		whole: (replies, usage) =>
			body(
				replies.map((reply, index) => choice(index, reply, reply.finish)),
				usage,
			),
		opening: () => undefined,
		chunk: (index, piece, finish) => body([choice(index, piece, finish)], options.withUsage ? null : undefined),
		usage: (usage) => body([], usage),
	};
}

function tokenLogprobs({ tokens }: ReplyPiece) {
	return {
		tokens: tokens.map(({ text }) => text),
		token_logprobs: tokens.map(({ logprob }) => logprob),
		// Of tokens that look the same, as parts of characters do, the likeliest is told.
		top_logprobs: tokens.map(({ top }) =>
			Object.fromEntries(top.toReversed().map((each) => [each.text, each.logprob])),
		),
		text_offset: tokens.map(({ offset }) => offset),
	};
}
