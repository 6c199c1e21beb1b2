import { SteeringError } from '../../errors/index.js';
import { logSumExp } from '../log-sum-exp.js';
import { largest, sample } from '../sampling.js';
import type { BatchReply, BatchRequest, ChosenToken } from './batch-request.js';

/**
 * The next token of a reply from its logits (vocab). Under a constraint the others do not exist: probabilities, top-k and top-p
 * are over the allowed ones. Throws ERR_FAILED when the logits are no numbers.
 */
export function chooseToken(logits: Float32Array, request: BatchRequest, reply: BatchReply): ChosenToken {
	const allowed = reply.constraint?.allowed();
	const values = allowed ? pick(logits, allowed) : logits;
	const idAt = (place: number) => (allowed ? allowed[place]! : place);
	const { sampling, topLogprobs } = request;
	const place = sample(values, sampling, sampling.temperature === 0 ? 0 : reply.uniform());
	if (!Number.isFinite(values[place])) {
		throw new SteeringError('ERR_FAILED', 'the model computes no finite numbers with these interventions', {
			hint: 'use smaller multipliers',
		});
	}
	if (topLogprobs === undefined) return { id: idAt(place) };
	const normaliser = logSumExp(values);
	const top = largest(values, Math.min(topLogprobs, values.length));
	return {
		id: idAt(place),
		logprob: values[place]! - normaliser,
		top: topLogprobs === 0 ? [] : top.map((at) => ({ id: idAt(at), logprob: values[at]! - normaliser })),
	};
}

function pick(logits: Float32Array, ids: ArrayLike<number>): Float32Array {
	const picked = new Float32Array(ids.length);
	for (let i = 0; i < ids.length; i++) picked[i] = logits[ids[i]!]!;
	return picked;
}
