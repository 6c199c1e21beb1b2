import { SteeringError } from '../../errors/index.js';
import { logSumExp } from '../log-sum-exp.js';
import { logitsRead, type NextLogits } from '../next-logits.js';
import { largest, sample } from '../sampling.js';
import type { BatchReply, BatchRequest, ChosenToken } from './batch-request.js';

/**
 * How many of a row's largest logits {@link chooseToken} reads for this reply; undefined: all, for a constraint picks among them and
 * log-probabilities are relative to all.
 */
export function logitsChosenFrom(request: BatchRequest, reply: BatchReply, vocab: number): number | undefined {
	return reply.constraint || request.topLogprobs !== undefined ? undefined : logitsRead(request.sampling, vocab);
}

/**
 * The next token of a reply from its row's logits. Under a constraint the others do not exist: probabilities, top-k and top-p are
 * over the allowed ones. Throws ERR_FAILED when the logits are no numbers.
 */
export function chooseToken(next: NextLogits, row: number, request: BatchRequest, reply: BatchReply): ChosenToken {
	const { sampling, topLogprobs } = request;
	const uniform = sampling.temperature === 0 ? 0 : reply.uniform();
	const allowed = reply.constraint?.allowed();
	if (!allowed && topLogprobs === undefined) return { id: requireFinite(next.sample(row, sampling, uniform)).id };
	const values = allowed ? pick(next.all(row), allowed) : next.all(row);
	const idAt = (place: number) => (allowed ? allowed[place]! : place);
	const place = sample(values, sampling, uniform);
	const { id } = requireFinite({ id: idAt(place), logit: values[place]! });
	if (topLogprobs === undefined) return { id };
	const normaliser = logSumExp(values);
	const top = largest(values, Math.min(topLogprobs, values.length));
	return {
		id,
		logprob: values[place]! - normaliser,
		top: topLogprobs === 0 ? [] : top.map((at) => ({ id: idAt(at), logprob: values[at]! - normaliser })),
	};
}

function requireFinite<T extends { logit: number }>(chosen: T): T {
	if (Number.isFinite(chosen.logit)) return chosen;
	throw new SteeringError('ERR_FAILED', 'the model computes no finite numbers with these interventions', {
		hint: 'use smaller multipliers',
	});
}

function pick(logits: Float32Array, ids: ArrayLike<number>): Float32Array {
	const picked = new Float32Array(ids.length);
	for (let i = 0; i < ids.length; i++) picked[i] = logits[ids[i]!]!;
	return picked;
}
