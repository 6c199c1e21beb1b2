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

/** NaN and infinite logits, of models steered far beyond what they bear, give NaN. */
function logSumExp(logits: Float32Array): number {
	let top = Number.NEGATIVE_INFINITY;
	for (const logit of logits) if (logit > top) top = logit;
	let sum = 0;
	for (const logit of logits) sum += Math.exp(logit - top);
	return top + Math.log(sum);
}
