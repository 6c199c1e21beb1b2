import { logSumExp } from '@steering/core/model';

/** -log p(token) in nats, in float64. */
export function crossEntropy(logits: Float32Array, token: number): number {
	return logSumExp(logits) - logits[token]!;
}

/** D_KL(P || Q) in nats of the distributions that two rows of logits stand for, in float64. */
export function klDivergence(p: Float32Array, q: Float32Array): number {
	const [normaliserP, normaliserQ] = [logSumExp(p), logSumExp(q)];
	let sum = 0;
	for (let i = 0; i < p.length; i++) {
		const logP = p[i]! - normaliserP;
		sum += Math.exp(logP) * (logP - (q[i]! - normaliserQ));
	}
	// Rounding can take a divergence of nothing below nothing. NaN stays what it is.
	return Math.max(0, sum);
}
